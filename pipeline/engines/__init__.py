"""What wakes the three jobs: a scheduler in this process, or one on PostgreSQL."""
