"""Every URL prefix on one screen."""

from django.contrib import admin
from django.urls import include, path

from config import health, metrics
from crm.pages import inviting, setup

urlpatterns = [
    # First what is asked at every till.
    path("api/v1/", include("loyalty.api.urls")),
    path("api/v1/", include("support.api.urls")),
    path("api/v1/", include("surveys.api.urls")),
    path("api/", include("crm.api.urls")),
    path("", setup.front, name="front"),
    path("setup/", setup.setup, name="setup"),
    path("logo/", setup.logo, name="logo"),
    path("invitations/<str:token>/", inviting.join, name="invitation"),
    path("", include("loyalty.pages.urls")),
    path("", include("loyalty.pages.staff_urls")),
    path("", include("loyalty.pages.reward_urls")),
    path("till/", include("loyalty.pages.till_urls")),
    path("", include("support.pages.public_urls")),
    path("admin/support/incidents/", include("support.pages.incident_urls")),
    path("admin/support/", include("support.pages.return_urls")),
    path("admin/support/help/", include("support.pages.article_urls")),
    path("admin/support/scripts/", include("support.pages.script_urls")),
    path("admin/surveys/builder/", include("surveys.pages.builder_urls")),
    path("admin/surveys/asking/", include("surveys.pages.asking_urls")),
    path("admin/surveys/feedback/", include("surveys.pages.feedback_urls")),
    path("admin/surveys/", include("surveys.pages.closing_urls")),
    path("admin/surveys/colleagues/", include("surveys.pages.staff_urls")),
    path("admin/segments/actions/", include("crm.pages.campaign_urls")),
    path("admin/segments/", include("crm.pages.segment_urls")),
    path("admin/", include("crm.pages.urls")),
    path("admin/", include("support.pages.urls")),
    path("admin/", admin.site.urls),
    path("", include("crm.pages.digest_urls")),
    path("dashboard/programme/", include("loyalty.pages.dashboard_urls")),
    path("dashboard/feedback/", include("surveys.pages.report_urls")),
    path("dashboard/", include("crm.pages.dashboard_urls")),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/second-factor/", include("crm.pages.second_factor_urls")),
    path("hooks/", include("crm.pages.hook_urls")),
    path("chat/", include("crm.pages.chat_urls")),
    path("p/", include("crm.pages.contact_preference_urls")),
    path("s/", include("surveys.pages.public_urls")),
    path("preferences/", include("crm.pages.preferences_urls")),
    path("livez", health.livez),
    path("readyz", health.readyz),
    path("metrics", metrics.page),
]

handler400 = "config.problems.bad_request"
handler404 = "config.problems.not_found"
handler500 = "config.problems.server_error"
