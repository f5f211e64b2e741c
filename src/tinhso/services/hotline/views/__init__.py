"""Screens of the line, and the door for telephone exchanges."""
