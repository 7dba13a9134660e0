"""The page "I korthet": four questions of one run, each in two sentences and a picture."""
