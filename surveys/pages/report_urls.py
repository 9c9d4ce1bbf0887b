"""What customers say, for managers."""

from django.contrib import admin
from django.urls import path

from crm.pages.files import KINDS
from surveys.pages import reports

app_name = "feedback-report"
urlpatterns = [
    path("", admin.site.admin_view(reports.page), name="home"),
    *(
        path(f"{name}.{kind}", admin.site.admin_view(view), {"kind": kind}, name=f"{name}-{kind}")
        for name, view in (("figures", reports.figures), ("answers", reports.answers))
        for kind in KINDS
    ),
]
