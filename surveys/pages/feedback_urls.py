"""What people say, inside the admin: nouns only."""

from django.contrib import admin
from django.urls import path

from surveys.pages import feedback, feedback_rules

app_name = "feedback"
urlpatterns = [
    path("", admin.site.admin_view(feedback.page), name="inbox"),
    path("gathering/", admin.site.admin_view(feedback.gathering), name="gathering"),
    path("rules/", admin.site.admin_view(feedback_rules.page), name="rules"),
    path("rules/ready/", admin.site.admin_view(feedback_rules.ready_ones), name="ready"),
    path("rules/<slug:slug>/model/", admin.site.admin_view(feedback_rules.model), name="model"),
    path("rules/<slug:slug>/<slug:language>/", admin.site.admin_view(feedback_rules.rule), name="rule"),
    path("<int:pk>/theme/", admin.site.admin_view(feedback.theme), name="theme"),
    path("<int:pk>/settling/", admin.site.admin_view(feedback.settling), name="settling"),
    path("<int:pk>/owner/", admin.site.admin_view(feedback.owner), name="owner"),
]
