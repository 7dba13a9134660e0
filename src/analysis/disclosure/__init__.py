"""The protector of small counts."""
