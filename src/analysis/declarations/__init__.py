"""Declared designs: what will be judged, and how, written down and locked before its outcome is known."""
