"""Acting on a segment, inside the admin."""

from django.contrib import admin
from django.urls import path

from crm.pages import campaign, campaign_deeds, campaign_form, campaigns

app_name = "campaigns"
urlpatterns = [
    path("", admin.site.admin_view(campaigns.page), name="list"),
    path("plans/", admin.site.admin_view(campaigns.plans), name="plans"),
    path("new/", admin.site.admin_view(campaign_form.new), name="new"),
    path("<int:pk>/", admin.site.admin_view(campaign.page), name="campaign"),
    path("<int:pk>/progress/", admin.site.admin_view(campaign.progress), name="progress"),
    path("<int:pk>/people/", admin.site.admin_view(campaign.people), name="people"),
    path("<int:pk>/change/", admin.site.admin_view(campaign_form.change), name="change"),
    path("<int:pk>/start/", admin.site.admin_view(campaign_deeds.start), name="start"),
    path("<int:pk>/decision/", admin.site.admin_view(campaign_deeds.decision), name="decision"),
    path("<int:pk>/withdrawal/", admin.site.admin_view(campaign_deeds.withdrawal), name="withdrawal"),
    path("<int:pk>/pause/", admin.site.admin_view(campaign_deeds.pause), name="pause"),
    path("<int:pk>/cancellation/", admin.site.admin_view(campaign_deeds.cancellation), name="cancellation"),
]
