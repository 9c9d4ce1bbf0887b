from django.contrib import admin
from django.urls import path

from crm.pages import mappings

urlpatterns = [
    path(
        "crm/connection/<int:pk>/mapping/",
        admin.site.admin_view(mappings.mapping),
        name="connection-mapping",
    ),
]
