from django.contrib import admin
from django.urls import path

from crm.pages import webhooks

ONE = "crm/webhook/<int:pk>/"
DELIVERY = f"{ONE}deliveries/<int:delivery_pk>/"

urlpatterns = [
    path("crm/webhook/new/", admin.site.admin_view(webhooks.new), name="new-webhook"),
    path(ONE, admin.site.admin_view(webhooks.webhook), name="webhook"),
    path(f"{ONE}details/", admin.site.admin_view(webhooks.details), name="webhook-details"),
    path(f"{ONE}secret/", admin.site.admin_view(webhooks.secret), name="webhook-secret"),
    path(f"{ONE}rotation/", admin.site.admin_view(webhooks.rotation), name="webhook-rotation"),
    path(f"{ONE}pause/", admin.site.admin_view(webhooks.pause), name="webhook-pause"),
    path(f"{ONE}resumption/", admin.site.admin_view(webhooks.resumption), name="webhook-resumption"),
    path(f"{ONE}removal/", admin.site.admin_view(webhooks.removal), name="webhook-removal"),
    path(f"{ONE}test/", admin.site.admin_view(webhooks.test), name="webhook-test"),
    path(f"{ONE}stretch/", admin.site.admin_view(webhooks.stretch), name="webhook-stretch"),
    path(DELIVERY, admin.site.admin_view(webhooks.delivery), name="webhook-delivery"),
    path(f"{DELIVERY}resend/", admin.site.admin_view(webhooks.resend), name="webhook-resend"),
]
