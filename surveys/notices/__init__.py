"""How people are asked. ⟡ One file, one notice; to add one, write its file and its line."""

from collections.abc import Sequence

from crm.notices.base import Notice
from surveys.notices.issue_changed import IssueChangedNotice
from surveys.notices.survey_invitation import SurveyInvitation
from surveys.notices.survey_reminder import SurveyReminder

LISTED: Sequence[Notice] = (SurveyInvitation(), SurveyReminder(), IssueChangedNotice())

__all__ = ["LISTED"]
