"""When surveys are asked, for those who let them be asked, inside the admin."""

from django.contrib import admin
from django.urls import path

from surveys.pages import asking

app_name = "survey-asking"
urlpatterns = [
    path("<int:pk>/", admin.site.admin_view(asking.page), name="page"),
    path("<int:pk>/triggers/", admin.site.admin_view(asking.triggers), name="triggers"),
    path("<int:pk>/triggers/<int:number>/", admin.site.admin_view(asking.trigger), name="trigger"),
    path(
        "<int:pk>/triggers/<int:number>/end/", admin.site.admin_view(asking.trigger_end), name="trigger-end"
    ),
    path("<int:pk>/waves/", admin.site.admin_view(asking.waves_of), name="waves"),
    path("<int:pk>/waves/<int:number>/", admin.site.admin_view(asking.wave), name="wave"),
    path("<int:pk>/waves/<int:number>/end/", admin.site.admin_view(asking.wave_end), name="wave-end"),
]
