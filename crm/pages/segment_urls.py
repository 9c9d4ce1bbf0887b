"""Segments, inside the admin."""

from django.contrib import admin
from django.urls import path

from crm.pages import segment_form, segments

app_name = "segments"
urlpatterns = [
    path("", admin.site.admin_view(segments.page), name="list"),
    path("new/", admin.site.admin_view(segment_form.new), name="new"),
    path("count/", admin.site.admin_view(segment_form.count), name="count"),
    path("<int:pk>/", admin.site.admin_view(segments.segment), name="segment"),
    path("<int:pk>/change/", admin.site.admin_view(segment_form.change), name="change"),
    path("<int:pk>/export.csv", admin.site.admin_view(segments.export), name="export"),
    path("<int:pk>/snapshots/", admin.site.admin_view(segments.snapshot), name="snapshots"),
    path("<int:pk>/archiving/", admin.site.admin_view(segments.archiving), name="archiving"),
]
