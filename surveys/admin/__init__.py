"""Lists and forms of surveys. These classes only look; what they do is a verb."""

from surveys.admin import closing, feedback, surveys

__all__ = ["closing", "feedback", "surveys"]
