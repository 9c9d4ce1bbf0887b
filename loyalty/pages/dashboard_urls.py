"""What managers open about a programme."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.urls import URLPattern, path

from crm.pages.files import KINDS
from loyalty.pages import health, playbooks, programme, replays, rules


def _page(route: str, view: Callable[..., Any], name: str) -> URLPattern:
    return path(route, admin.site.admin_view(view), name=name)


app_name = "programme"
urlpatterns = [
    _page("", programme.page, "home"),
    *(
        path(
            f"figures/<slug:name>.{kind}",
            admin.site.admin_view(programme.file),
            {"kind": kind},
            name=kind,
        )
        for kind in KINDS
    ),
    _page("check/", health.page, "health"),
    _page("playbooks/", playbooks.page, "playbooks"),
    _page("playbooks/<slug:slug>/", playbooks.founding_of, "founding"),
    _page("<int:pk>/start/", playbooks.start, "start"),
    _page("rules/new/", rules.new, "rule-new"),
    _page("rules/<int:pk>/", rules.rule, "rule"),
    _page("rules/<int:pk>/draft/", rules.draft, "draft"),
    _page("rules/<int:pk>/draft/gives/", rules.gives, "draft-gives"),
    _page("rules/<int:pk>/draft/removal/", rules.removal, "draft-removal"),
    _page("rules/<int:pk>/draft/approval/", rules.approval, "draft-approval"),
    _page("rules/<int:pk>/publication/", rules.publication, "publication"),
    _page("rules/<int:pk>/switching-off/", rules.switching_off, "switching-off"),
    _page("rules/<int:pk>/replays/", replays.start, "replay-start"),
    _page("replays/<int:pk>/", replays.replay, "replay"),
    _page("replays/<int:pk>/cancellation/", replays.cancellation, "replay-cancellation"),
    _page("replays/<int:pk>/resumption/", replays.resumption, "replay-resumption"),
]
