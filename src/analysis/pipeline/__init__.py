"""The pipeline: which runs are stale, how they are executed, and how the site is put together."""
