"""What people open who are asked. Short: an SMS pays for every letter."""

from django.urls import path

from surveys.pages import public_survey

urlpatterns = [
    path("<str:token>/", public_survey.survey, name="survey"),
    path("<str:token>/thanks/", public_survey.thanks, name="survey-thanks"),
]
