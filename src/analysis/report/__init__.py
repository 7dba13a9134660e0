"""From figures and prose to something that can be printed."""
