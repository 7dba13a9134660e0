"""What the analysis and the renderer both stand on: errors, files, owned folders, kept results, Swedish words."""
