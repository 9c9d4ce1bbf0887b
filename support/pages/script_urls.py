"""Scripts, for those who keep them, inside the admin."""

from django.contrib import admin
from django.urls import path

from support.pages import script_beside, script_editor, script_effect, script_ways, scripts

app_name = "scripts"
urlpatterns = [
    path("", admin.site.admin_view(scripts.page), name="list"),
    path("ready/", admin.site.admin_view(scripts.ready_ones), name="ready"),
    path("<int:pk>/", admin.site.admin_view(scripts.script), name="script"),
    path("<int:pk>/comparison/", admin.site.admin_view(script_beside.comparison), name="comparison"),
    path("<int:pk>/effect/", admin.site.admin_view(script_effect.page), name="effect"),
    path("<int:pk>/drafts/", admin.site.admin_view(script_ways.drafts), name="drafts"),
    path("<int:pk>/waivers/", admin.site.admin_view(script_editor.waivers), name="waivers"),
    path("<int:pk>/steps/", admin.site.admin_view(script_editor.steps), name="steps"),
    path("<int:pk>/steps/<slug:key>/", admin.site.admin_view(script_editor.step), name="step"),
    path("<int:pk>/steps/<slug:key>/check/", admin.site.admin_view(script_editor.check), name="step-check"),
    path("<int:pk>/steps/<slug:key>/place/", admin.site.admin_view(script_editor.place), name="step-place"),
    path(
        "<int:pk>/steps/<slug:key>/removal/",
        admin.site.admin_view(script_editor.removal),
        name="step-removal",
    ),
    path("<int:pk>/versions/<int:number>/trial/", admin.site.admin_view(script_beside.trial), name="trial"),
    path(
        "<int:pk>/versions/<int:number>/<slug:name>/",
        admin.site.admin_view(script_ways.step_on),
        name="way",
    ),
]
