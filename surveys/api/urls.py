"""Addresses of surveys: nouns only."""

from collections.abc import Sequence

from django.urls import URLPattern, path

from surveys.api.feedback import AllFeedback, BulkFeedback, OneFeedback
from surveys.api.invitations import BulkInvitations, Invitations, OneInvitation, SurveyLink
from surveys.api.issues import IssueFeedback, Issues, OneIssue
from surveys.api.responses import OneResponse, Responses
from surveys.api.surveys import OneSurvey, Surveys

app_name = "surveys-api"
urlpatterns: Sequence[URLPattern] = [
    path("feedback/", AllFeedback.as_view(), name="feedback"),
    path("feedback/bulk/", BulkFeedback.as_view(), name="feedback-bulk"),
    path("feedback/<int:pk>/", OneFeedback.as_view(), name="one-feedback"),
    path("invitations/", Invitations.as_view(), name="invitations"),
    path("invitations/bulk/", BulkInvitations.as_view(), name="invitations-bulk"),
    path("invitations/<int:pk>/", OneInvitation.as_view(), name="invitation"),
    path("issues/", Issues.as_view(), name="issues"),
    path("issues/<int:pk>/", OneIssue.as_view(), name="issue"),
    path("issues/<int:pk>/feedback/", IssueFeedback.as_view(), name="issue-feedback"),
    path("responses/", Responses.as_view(), name="responses"),
    path("responses/<int:pk>/", OneResponse.as_view(), name="response"),
    path("surveys/", Surveys.as_view(), name="surveys"),
    path("surveys/<slug:slug>/", OneSurvey.as_view(), name="survey"),
    path("surveys/<slug:slug>/link/", SurveyLink.as_view(), name="survey-link"),
]
