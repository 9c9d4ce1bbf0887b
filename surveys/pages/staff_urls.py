"""Surveys among colleagues, inside the admin: nouns only."""

from django.contrib import admin
from django.urls import path

from surveys.pages import staff

app_name = "staff-surveys"
urlpatterns = [
    path("", admin.site.admin_view(staff.page), name="mine"),
    path("<int:pk>/answers/", admin.site.admin_view(staff.answers), name="answers"),
    path("<int:pk>/questions/", admin.site.admin_view(staff.questions), name="questions"),
    path("<int:pk>/results/", admin.site.admin_view(staff.outcome), name="results"),
]
