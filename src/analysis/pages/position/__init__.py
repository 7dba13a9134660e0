"""Where the municipality is."""
