"""Effects of the single measure from a municipality's own spells; microdata never leave ``data/mikro/``."""
