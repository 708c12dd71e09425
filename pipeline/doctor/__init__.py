"""What stands between this publication and an inbox."""

from pipeline.doctor.examination import Doctor, examine
from pipeline.doctor.finding import Finding, State

__all__ = ["Doctor", "Finding", "State", "examine"]
