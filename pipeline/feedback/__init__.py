"""Door 2: the post answers."""
