"""The pages about all municipalities: map, table and comparison."""
