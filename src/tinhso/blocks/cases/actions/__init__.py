"""Every change of a case. Each module holds one chapter of its life."""
