"""The programme's addresses: nouns only."""

from collections.abc import Sequence

from django.urls import URLPattern, path

from loyalty.api.adjustments import Adjustments, OneAdjustment
from loyalty.api.members import Entitlements, Members, OneMember, Statement
from loyalty.api.spending import Captures, Holds, OneHold, Redemptions, Releases

app_name = "loyalty-api"
urlpatterns: Sequence[URLPattern] = [
    path("adjustments/", Adjustments.as_view(), name="adjustments"),
    path("adjustments/<int:pk>/", OneAdjustment.as_view(), name="adjustment"),
    path("holds/", Holds.as_view(), name="holds"),
    path("holds/<int:pk>/", OneHold.as_view(), name="hold"),
    path("holds/<int:pk>/captures/", Captures.as_view(), name="captures"),
    path("holds/<int:pk>/releases/", Releases.as_view(), name="releases"),
    path("members/", Members.as_view(), name="members"),
    path("members/<int:pk>/", OneMember.as_view(), name="member"),
    path("members/<int:pk>/entitlements/", Entitlements.as_view(), name="entitlements"),
    path("members/<int:pk>/statement/", Statement.as_view(), name="statement"),
    path("redemptions/", Redemptions.as_view(), name="redemptions"),
]
