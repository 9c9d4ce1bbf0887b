"""Addresses of surveys: nouns only."""

from collections.abc import Sequence

from django.urls import URLPattern, path

from surveys.api.responses import OneResponse, Responses
from surveys.api.surveys import OneSurvey, Surveys

app_name = "surveys-api"
urlpatterns: Sequence[URLPattern] = [
    path("responses/", Responses.as_view(), name="responses"),
    path("responses/<int:pk>/", OneResponse.as_view(), name="response"),
    path("surveys/", Surveys.as_view(), name="surveys"),
    path("surveys/<slug:slug>/", OneSurvey.as_view(), name="survey"),
]
