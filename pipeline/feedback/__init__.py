"""Door 2: the post answers."""

from pipeline.feedback.door import Feedback, Policy

__all__ = ["Feedback", "Policy"]
