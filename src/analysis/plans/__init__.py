"""The register of plans: what was decided, what came of it, and what can be known about each measure."""
