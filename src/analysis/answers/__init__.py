"""What is true for one run, one module a question."""
