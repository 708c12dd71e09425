"""Door 3: readers come, change and leave."""

from pipeline.subscribe.door import Subscriptions

__all__ = ["Subscriptions"]
