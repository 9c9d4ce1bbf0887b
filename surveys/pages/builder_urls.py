"""Surveys, for those who write them, inside the admin."""

from django.contrib import admin
from django.urls import path

from surveys.pages import builder, builder_forms, posters, preview, widget

app_name = "survey-builder"
urlpatterns = [
    path("", admin.site.admin_view(builder.page), name="list"),
    path("ready/", admin.site.admin_view(builder.ready_ones), name="ready"),
    path("<int:pk>/", admin.site.admin_view(builder.survey), name="survey"),
    path("<int:pk>/drafts/", admin.site.admin_view(builder_forms.drafts), name="drafts"),
    path("<int:pk>/posters/", admin.site.admin_view(posters.page), name="posters"),
    path("<int:pk>/widget/", admin.site.admin_view(widget.page), name="widget"),
    path("<int:pk>/whole/", admin.site.admin_view(builder_forms.whole), name="whole"),
    path("<int:pk>/questions/", admin.site.admin_view(builder_forms.questions), name="questions"),
    path("<int:pk>/questions/<slug:key>/", admin.site.admin_view(builder_forms.question), name="question"),
    path("<int:pk>/questions/<slug:key>/place/", admin.site.admin_view(builder_forms.place), name="place"),
    path(
        "<int:pk>/questions/<slug:key>/removal/", admin.site.admin_view(builder_forms.removal), name="removal"
    ),
    path("<int:pk>/versions/<int:number>/preview/", admin.site.admin_view(preview.page), name="preview"),
    path(
        "<int:pk>/versions/<int:number>/<slug:name>/",
        admin.site.admin_view(builder_forms.step_on),
        name="way",
    ),
]
