"""What did the plan do? Designs, inference and checks at plan level, on the panel of municipalities."""
