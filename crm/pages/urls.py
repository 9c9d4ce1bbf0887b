"""Pages of our own that stand inside the admin, beside its lists and forms."""

from django.urls import URLPattern

app_name = "crm"
urlpatterns: list[URLPattern] = []
