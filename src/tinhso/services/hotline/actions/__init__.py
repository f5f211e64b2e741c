"""Everything that changes the line."""
