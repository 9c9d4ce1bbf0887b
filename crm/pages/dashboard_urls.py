from django.contrib import admin
from django.urls import path

from crm.pages import dashboard

app_name = "dashboard"
urlpatterns = [path("", admin.site.admin_view(dashboard.page), name="home")]
