from django.contrib import admin
from django.urls import path

from crm.pages import repeated_imports

urlpatterns = [
    path(
        "crm/importjob/<int:pk>/repetition/",
        admin.site.admin_view(repeated_imports.repetition),
        name="import-repetition",
    ),
    path(
        "crm/importjob/<int:pk>/repetition/end/",
        admin.site.admin_view(repeated_imports.end),
        name="import-repetition-end",
    ),
]
