"""What will be judged, and how, before the outcome is known."""
