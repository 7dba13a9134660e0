"""What the numbers rest on."""
