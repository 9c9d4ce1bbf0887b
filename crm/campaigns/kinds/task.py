from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.campaigns.kinds.base import SOURCE, CampaignKind, Doing, Terms, Words
from crm.colleagues import tasking
from crm.colleagues.tasking import NotAColleague
from crm.drawing import number_of
from crm.models import Task, User

OWNER_GONE = "owner-gone"
LONGEST_DAYS = 90


class TaskKind(CampaignKind):
    """A colleague does something for each person. Several share the people by lot, in equal parts."""

    name = "task"
    label = gettext_lazy("A task for colleagues")
    explained = gettext_lazy(
        "Somebody of yours calls, writes or meets each person, and says what came of it."
    )
    reasons = {OWNER_GONE: gettext_lazy("whoever was to do it does not work here any more")}

    def fields(self) -> Mapping[str, forms.Field]:
        return {
            "title": forms.CharField(
                label=gettext_lazy("What is to be done"),
                max_length=Task._meta.get_field("title").max_length,
                help_text=gettext_lazy("For each person, in a few words."),
            ),
            "owners": forms.TypedMultipleChoiceField(
                label=gettext_lazy("Who does it"),
                coerce=int,
                choices=_colleagues,
                widget=forms.CheckboxSelectMultiple,
                help_text=gettext_lazy("Several share the people in equal parts."),
            ),
            "due_days": forms.IntegerField(
                label=gettext_lazy("Within how many days"), min_value=1, max_value=LONGEST_DAYS, initial=7
            ),
        }

    def said(self, terms: Terms) -> Sequence[Words]:
        names = [str(user) for user in User.objects.filter(pk__in=terms["owners"]).order_by("pk")]
        within = ngettext("Within {days} day.", "Within {days} days.", terms["due_days"])
        return [
            _("A task for each person: “{title}”.").format(title=terms["title"]),
            _("Done by: {names}.").format(names=", ".join(names)),
            within.format(days=terms["due_days"]),
        ]

    def do(self, doing: Doing) -> str:
        owners, terms = doing.terms["owners"], doing.terms
        owner = User.objects.filter(pk=owners[number_of(f"task:{doing.key}") % len(owners)]).first()
        if owner is None:
            return OWNER_GONE
        try:
            tasking.set_task(
                title=terms["title"],
                owner=owner,
                customer=doing.person,
                due_at=doing.at + timedelta(days=terms["due_days"]),
                source=SOURCE,
                key=doing.key,
                set_by=doing.campaign.asked_by,
                at=doing.at,
            )
        except NotAColleague:
            return OWNER_GONE
        return ""


def _colleagues() -> list[tuple[int, str]]:
    return [
        (user.pk, str(user)) for user in User.objects.filter(is_staff=True, is_active=True).order_by("pk")
    ]
