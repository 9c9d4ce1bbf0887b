"""What the desk does by the clock. Each task loads, calls one verb, and may run twice."""

from support.clock_tasks import climb_ladders

__all__ = ["climb_ladders"]
