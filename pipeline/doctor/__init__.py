"""What stands between this publication and an inbox."""
