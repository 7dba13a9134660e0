"""The page about one municipality."""
