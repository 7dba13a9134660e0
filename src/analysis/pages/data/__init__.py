"""Sources and measures."""
