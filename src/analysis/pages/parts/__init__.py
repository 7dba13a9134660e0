"""What every page is made of: theme, figure, table, Markdown, the box of a run."""
