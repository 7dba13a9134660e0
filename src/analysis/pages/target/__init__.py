"""Will the target be reached?"""
