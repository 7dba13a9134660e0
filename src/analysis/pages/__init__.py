"""The pages of the site, one folder a page; they print what the answers say and compute nothing."""
