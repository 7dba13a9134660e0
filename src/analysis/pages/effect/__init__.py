"""How much of the change is the plan’s."""
