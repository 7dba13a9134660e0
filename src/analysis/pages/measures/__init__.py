"""What was decided, and what can be known about it."""
