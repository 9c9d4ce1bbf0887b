from django.contrib import admin
from django.urls import path

from crm.pages import dashboard
from crm.pages.files import KINDS

app_name = "dashboard"
urlpatterns = [
    path("", admin.site.admin_view(dashboard.page), name="home"),
    path("<slug:slug>/", admin.site.admin_view(dashboard.page), name="page"),
    *(
        path(
            f"<slug:slug>/<slug:name>.{kind}",
            admin.site.admin_view(dashboard.file),
            {"kind": kind},
            name=kind,
        )
        for kind in KINDS
    ),
]
