"""Registering, getting back in, and accounts made by the operator."""
