"""What can happen to what is asked. Each file states facts of one part; all are imported here, and found on start."""

from surveys.facts.answers import AnswerChanged, SurveyAnswered
from surveys.facts.asking import PersonInvited
from surveys.facts.feedback import FeedbackGiven

__all__ = ["AnswerChanged", "FeedbackGiven", "PersonInvited", "SurveyAnswered"]
