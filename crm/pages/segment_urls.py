"""Segments, inside the admin."""

from django.contrib import admin
from django.urls import path

from crm.pages import segment_behind, segment_form, segment_snapshots, segments

app_name = "segments"
urlpatterns = [
    path("", admin.site.admin_view(segments.page), name="list"),
    path("new/", admin.site.admin_view(segment_form.new), name="new"),
    path("people/", admin.site.admin_view(segment_behind.page), name="behind"),
    path("count/", admin.site.admin_view(segment_form.count), name="count"),
    path("<int:pk>/", admin.site.admin_view(segments.segment), name="segment"),
    path("<int:pk>/change/", admin.site.admin_view(segment_form.change), name="change"),
    path("<int:pk>/export.csv", admin.site.admin_view(segments.export), name="export"),
    path("<int:pk>/snapshots/", admin.site.admin_view(segment_snapshots.take), name="snapshots"),
    path(
        "<int:pk>/snapshots/<int:snapshot>/",
        admin.site.admin_view(segment_snapshots.beside),
        name="snapshot",
    ),
    path(
        "<int:pk>/snapshots/<int:snapshot>/<slug:part>.csv",
        admin.site.admin_view(segment_snapshots.export),
        name="snapshot-export",
    ),
    path("<int:pk>/archiving/", admin.site.admin_view(segments.archiving), name="archiving"),
]
