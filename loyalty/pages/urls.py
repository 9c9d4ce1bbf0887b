"""What customers open."""

from django.urls import path

from loyalty.pages import card, joining

urlpatterns = [
    path("join/", joining.joining, name="join"),
    path("join/code/", joining.code, name="join-code"),
    path("join/till/", joining.waiting, name="join-waiting"),
    path("card/<str:token>/", card.card, name="card"),
    path("card/<str:token>/code/", card.code, name="card-code"),
    path("card/<str:token>/link-codes/", card.link_codes, name="card-link-codes"),
]
