"""Pages of citizens' reports."""
