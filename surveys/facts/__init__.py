"""What can happen to what is asked. Each file states facts of one part; all are imported here, and found on start."""

from surveys.facts.answers import AnswerChanged, SurveyAnswered

__all__ = ["AnswerChanged", "SurveyAnswered"]
