"""Pages of staff, inside the admin and on the dashboard."""

from django.contrib import admin
from django.urls import path

from loyalty.pages import approvals, counter, staff

app_name = "loyalty"
urlpatterns = [
    path("admin/loyalty/member/<int:pk>/", admin.site.admin_view(staff.member), name="member"),
    path(
        "admin/loyalty/member/<int:pk>/adjustments/",
        admin.site.admin_view(staff.adjustments),
        name="member-adjustments",
    ),
    path("admin/loyalty/member/<int:pk>/cards/", admin.site.admin_view(staff.issue), name="member-cards"),
    path(
        "admin/loyalty/member/<int:pk>/cards/<int:card_pk>/block/",
        admin.site.admin_view(staff.block),
        name="card-block",
    ),
    path("admin/loyalty/member/<int:pk>/link/", admin.site.admin_view(staff.link), name="member-link"),
    path(
        "admin/crm/customer/<int:customer_pk>/memberships/",
        admin.site.admin_view(staff.memberships),
        name="memberships",
    ),
    path("admin/loyalty/counter/", admin.site.admin_view(counter.codes), name="counter"),
    path("admin/loyalty/joining/", admin.site.admin_view(counter.waiting), name="waiting"),
    path(
        "admin/loyalty/joining/<int:pk>/confirmation/",
        admin.site.admin_view(counter.confirmation),
        name="joining-confirmation",
    ),
    path("dashboard/approvals/", admin.site.admin_view(approvals.approvals), name="approvals"),
    path(
        "dashboard/approvals/<int:pk>/decision/",
        admin.site.admin_view(approvals.decision),
        name="approval-decision",
    ),
]
