"""Screens on which the calendars of agencies are read and changed."""
