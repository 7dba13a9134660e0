"""What is new since the run before."""
