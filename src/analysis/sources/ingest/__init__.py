"""The tolerant reader: the municipality's own tables, in the shapes they really come in."""
