"""Everything that changes the queue."""
