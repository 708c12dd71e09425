"""Door 3: readers come, change and leave."""
