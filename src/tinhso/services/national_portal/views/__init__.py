"""Screens of the exchange, the door for the portal, and the sample portal."""
