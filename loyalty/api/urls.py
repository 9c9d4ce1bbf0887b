"""The programme's addresses: nouns only."""

from collections.abc import Sequence

from django.urls import URLPattern

app_name = "loyalty-api"
urlpatterns: Sequence[URLPattern] = []
