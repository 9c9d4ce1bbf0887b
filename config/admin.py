"""The one admin site: its name, its doors, and the order of its sections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.colleagues import desk, sign_in
from crm.colleagues.desk import Morning
from crm.pages.second_factor import way_in


@dataclass(frozen=True, kw_only=True)
class Section:
    """A tab of the bar at the top: shown to whoever holds the permission, once the page behind it exists."""

    label: Any
    icon: str
    url_name: str
    permission: str = ""
    keys: str = ""

    @property
    def url(self) -> str | None:
        try:
            return reverse(self.url_name)
        except NoReverseMatch:
            return None


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """A group of lists on the desk, in this order."""

    label: Any
    icon: str
    models: tuple[str, ...]


SECTIONS: Sequence[Section] = (
    Section(label=_("Desk"), icon="note", url_name="admin:index", keys="g d"),
    Section(
        label=_("Tickets"),
        icon="ticket",
        url_name="support:inbox",
        permission="support.view_ticket",
        keys="g s",
    ),
    Section(
        label=_("Customers"),
        icon="users",
        url_name="admin:crm_customer_changelist",
        permission="crm.view_customer",
        keys="g c",
    ),
    Section(
        label=_("Segments"),
        icon="filter",
        url_name="segments:list",
        permission="crm.view_segment",
        keys="g e",
    ),
    Section(
        label=_("Orders"),
        icon="order",
        url_name="admin:crm_order_changelist",
        permission="crm.view_order",
        keys="g o",
    ),
    Section(
        label=_("Dashboard"),
        icon="chart",
        url_name="dashboard:home",
        permission="crm.view_dashboard",
        keys="g r",
    ),
    Section(
        label=_("Feedback"),
        icon="survey",
        url_name="feedback-report:home",
        permission="crm.view_dashboard",
        keys="g v",
    ),
    Section(
        label=_("Programme"),
        icon="gift",
        url_name="programme:home",
        permission="loyalty.view_rule",
        keys="g l",
    ),
    Section(
        label=_("Members"),
        icon="star",
        url_name="admin:loyalty_member_changelist",
        permission="loyalty.view_member",
        keys="g b",
    ),
    Section(
        label=_("Till"),
        icon="till",
        url_name="till:home",
        permission="loyalty.serve_at_till",
        keys="g k",
    ),
    Section(
        label=_("Catalogue"),
        icon="shop",
        url_name="admin:crm_product_changelist",
        permission="crm.view_product",
        keys="g p",
    ),
    Section(
        label=_("Imports"),
        icon="plus",
        url_name="admin:crm_importjob_changelist",
        permission="crm.view_importjob",
        keys="g i",
    ),
)

SHELVES: Sequence[Shelf] = (
    Shelf(
        label=_("People"),
        icon="users",
        models=("crm.customer", "crm.segment", "crm.campaign", "crm.company", "crm.task"),
    ),
    Shelf(label=_("Sales"), icon="order", models=("crm.order", "crm.return", "crm.importjob")),
    Shelf(
        label=_("Answering customers"),
        icon="ticket",
        models=(
            *("support.ticket", "support.returncase", "support.returnpolicy", "support.slapolicy"),
            *("support.calendar", "support.topic", "support.substate", "support.tag", "support.team"),
            *("support.agentprofile", "support.skill", "support.shift", "support.shiftpattern"),
            "support.macro",
            *("support.scenario", "support.script", "support.article", "support.articlecategory"),
            "crm.channelaccount",
        ),
    ),
    Shelf(
        label=_("Loyalty"),
        icon="star",
        models=(
            *("loyalty.member", "loyalty.programme", "loyalty.tier", "loyalty.card", "loyalty.cardbatch"),
            *("loyalty.tillterms", "loyalty.adjustmentrequest"),
        ),
    ),
    Shelf(
        label=_("Rewards"),
        icon="gift",
        models=(
            *("loyalty.reward", "loyalty.couponpool", "loyalty.giftrule", "loyalty.referralterms"),
            *("loyalty.budget", "loyalty.redemption", "loyalty.couponuse", "loyalty.referral"),
            *("loyalty.giftgrant", "loyalty.coupon"),
        ),
    ),
    Shelf(
        label=_("Surveys and feedback"),
        icon="survey",
        models=(
            "surveys.survey",
            "surveys.feedback",
            "surveys.recovery",
            "surveys.issue",
            "surveys.theme",
            "surveys.department",
        ),
    ),
    Shelf(
        label=_("Channels"),
        icon="chat",
        models=("crm.noticetext", "crm.message", "crm.channelaccount", "crm.rawdelivery"),
    ),
    Shelf(label=_("Catalogue"), icon="shop", models=("crm.product", "crm.category")),
    Shelf(
        label=_("The company"),
        icon="settings",
        models=("crm.installation", "crm.shop", "crm.user", "auth.group"),
    ),
    Shelf(
        label=_("For developers"),
        icon="link",
        models=("crm.connection", "crm.apikey", "crm.webhook", "crm.eventtype"),
    ),
    Shelf(
        label=_("Under the hood"),
        icon="clock",
        models=(
            *("crm.timelineentry", "crm.parkedentry", "crm.reactioncursor"),
            *("crm.valuation", "crm.rfmcutpoints"),
            *("loyalty.wallet", "loyalty.transaction", "loyalty.lot", "loyalty.hold"),
        ),
    ),
)

# Reached from the forms that need them; nobody begins a day's work here.
BEHIND: frozenset[str] = frozenset(
    {
        *("account.emailaddress", "account.emailconfirmation", "mfa.authenticator"),
        "django_celery_beat.periodictask",
        *("django_celery_beat.crontabschedule", "django_celery_beat.intervalschedule"),
        *("django_celery_beat.clockedschedule", "django_celery_beat.solarschedule"),
    }
)


class VerenAdminSite(AdminSite):
    """Django's admin behind our own door and in our own frame."""

    site_header = _("Veren")
    site_title = _("Veren")
    index_title = _("Desk")
    site_url = None
    enable_nav_sidebar = False
    empty_value_display = "—"

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What Django's own gives, without the list of all models: only the desk draws it, and asks for it itself.

        It asks every model what the reader may do, and sorts what it hears: a tenth of the time of a page.
        """
        return {
            "site_title": self.site_title,
            "site_header": self.site_header,
            "site_url": self.site_url,
            "has_permission": self.has_permission(request),
            "is_popup": False,
            "is_nav_sidebar_enabled": self.enable_nav_sidebar,
            "log_entries": self.get_log_entries(request),
            "sections": list(sections_for(request)),
            "find_url": self._find_url(request),
        }

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The desk: what needs the reader now, over the shelves."""
        morning = Morning(reader=request.user, at=timezone.now())  # type: ignore[arg-type]
        return super().index(request, {**(extra_context or {}), "desk_lists": desk.lists(morning)})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """Shelves instead of apps, on the desk; what no shelf names stands on the last one."""
        apps = super().get_app_list(request, app_label)
        if app_label:
            return apps
        loose = {
            f"{app['app_label']}.{model['object_name'].lower()}": model
            for app in apps
            for model in app["models"]
        }
        shelves = [
            _shelf(shelf.label, shelf.icon, [loose.pop(name) for name in shelf.models if name in loose])
            for shelf in SHELVES
        ]
        others = [model for name, model in loose.items() if name not in BEHIND]
        shelves.append(_shelf(_("Other"), "filter", others))
        return [shelf for shelf in shelves if shelf["models"]]

    def has_permission(self, request: HttpRequest) -> bool:
        """Somebody of ours, and sure of it: a second factor was shown in this very session."""
        return super().has_permission(request) and sign_in.is_sure_enough(request)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if super().has_permission(request) and not sign_in.is_sure_enough(request):
            return way_in(request)
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("account_change_password")

    def _find_url(self, request: HttpRequest) -> str | None:
        return reverse("crm:search") if request.user.has_perm("crm.view_customer") else None


def sections_for(request: HttpRequest) -> Iterator[dict[str, Any]]:
    """The tabs this reader may open, and which of them the page belongs to: the one whose address says most of it."""
    open_to = [
        (section, url)
        for section in SECTIONS
        if (url := section.url) and (not section.permission or request.user.has_perm(section.permission))
    ]
    nearest = max((url for _section, url in open_to if _current(request.path, url)), key=len, default="")
    for section, url in open_to:
        yield {
            "label": section.label,
            "icon": section.icon,
            "keys": section.keys,
            "url": url,
            "is_current": _current(request.path, url) if url == nearest else "",
        }


def _current(path: str, url: str) -> str:
    if path == url:
        return "page"
    return "true" if path.startswith(url) and url != reverse("admin:index") else ""


def _shelf(label: Any, icon: str, models: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": label,
        "icon": icon,
        "app_label": "",
        "app_url": "",
        "has_module_perms": True,
        "models": models,
    }
