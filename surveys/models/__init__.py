"""What is asked, who was asked and answered, what people say about us, and what is done about it."""

from surveys.models.feedback import Feedback, FeedbackLabel, Theme, ThemeModel, ThemeRule
from surveys.models.invitation import Invitation, ScannerVote, Skip
from surveys.models.issue import Department, Issue, IssueTold, PlanStep
from surveys.models.occasion import PlannedAsk, Trigger, Wave
from surveys.models.response import Answer, Recovery, Response
from surveys.models.staff import StaffAnswer, StaffAsked
from surveys.models.survey import Survey, SurveyVersion

__all__ = [
    "Answer",
    "Department",
    "Feedback",
    "FeedbackLabel",
    "Invitation",
    "Issue",
    "IssueTold",
    "PlanStep",
    "PlannedAsk",
    "Recovery",
    "Response",
    "ScannerVote",
    "Skip",
    "StaffAnswer",
    "StaffAsked",
    "Survey",
    "SurveyVersion",
    "Theme",
    "ThemeModel",
    "ThemeRule",
    "Trigger",
    "Wave",
]
