"""Incidents, inside the admin: nouns only."""

from django.contrib import admin
from django.urls import path

from support.pages import incident, incident_deeds, incident_words, incidents

app_name = "incidents"
urlpatterns = [
    path("", admin.site.admin_view(incidents.page), name="list"),
    path("new/", admin.site.admin_view(incidents.new), name="new"),
    path("proposals/<int:pk>/", admin.site.admin_view(incidents.proposal), name="proposal"),
    path("<int:pk>/", admin.site.admin_view(incident.page), name="incident"),
    path("<int:pk>/draft/", admin.site.admin_view(incidents.change), name="change"),
    path("<int:pk>/progress/", admin.site.admin_view(incident.progress), name="progress"),
    path("<int:pk>/notices/", admin.site.admin_view(incident_words.begin), name="notices"),
    path("<int:pk>/words/", admin.site.admin_view(incident_words.words), name="words"),
    path("<int:pk>/announcement/", admin.site.admin_view(incident_words.announcement), name="announcement"),
    path("<int:pk>/stop/", admin.site.admin_view(incident_deeds.stop), name="stop"),
    path("<int:pk>/status/", admin.site.admin_view(incident_deeds.status), name="status"),
    path("<int:pk>/tickets/", admin.site.admin_view(incident_deeds.tickets), name="tickets"),
    path(
        "<int:pk>/tickets/<int:ticket_pk>/removal/",
        admin.site.admin_view(incident_deeds.removal),
        name="removal",
    ),
    path("<int:pk>/goodwill/", admin.site.admin_view(incident_deeds.goodwill), name="goodwill"),
    path("<int:pk>/goodwill/decision/", admin.site.admin_view(incident_deeds.decision), name="decision"),
]
