"""Pages of our own that stand inside the admin, beside its lists and forms."""

from django.contrib import admin
from django.urls import path

from crm.pages import customer

app_name = "crm"
urlpatterns = [
    path("crm/customer/<int:pk>/", admin.site.admin_view(customer.customer), name="customer"),
    path("crm/customer/<int:pk>/notes/", admin.site.admin_view(customer.notes), name="customer-notes"),
]
