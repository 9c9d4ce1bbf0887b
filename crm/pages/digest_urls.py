from django.contrib import admin
from django.urls import path

from crm.pages import digest

urlpatterns = [
    path("dashboard/digest/", admin.site.admin_view(digest.page), name="digest"),
    path("dashboard/digest/now/", admin.site.admin_view(digest.now), name="digest-now"),
    path("dashboard/digest/ending/", admin.site.admin_view(digest.ending), name="digest-ending"),
    path("p/digest/<str:token>/", digest.end, name="digest-end"),
]
