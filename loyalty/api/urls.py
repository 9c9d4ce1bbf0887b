"""The programme's addresses: nouns only."""

from collections.abc import Sequence

from django.urls import URLPattern, path

from loyalty.api.members import Entitlements, Members, OneMember, Statement

app_name = "loyalty-api"
urlpatterns: Sequence[URLPattern] = [
    path("members/", Members.as_view(), name="members"),
    path("members/<int:pk>/", OneMember.as_view(), name="member"),
    path("members/<int:pk>/entitlements/", Entitlements.as_view(), name="entitlements"),
    path("members/<int:pk>/statement/", Statement.as_view(), name="statement"),
]
