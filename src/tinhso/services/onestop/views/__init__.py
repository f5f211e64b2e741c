"""Screens of the one-stop shop: thin doors onto the actions and queries of `blocks/cases`."""
