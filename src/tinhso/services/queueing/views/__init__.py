"""Screens of the queue."""
