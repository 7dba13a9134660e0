"""The effect of single measures."""
