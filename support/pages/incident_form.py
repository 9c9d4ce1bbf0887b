"""An incident as a form: what it is called, whom it touches, which tickets belong to it, what the public reads."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.models import Shop
from crm.rules.fields import ConditionFormField
from support.incidents.drafting import OPEN_ORDERS_OF_THE_DAY, Told
from support.models import Incident, Script

LANGUAGES = dict(settings.LANGUAGES)


class IncidentForm(forms.Form):
    began_at = forms.DateTimeField(
        label=_("When it began"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    shop = forms.ModelChoiceField(
        label=_("Shop"),
        queryset=Shop.objects.none(),
        required=False,
        empty_label=_("Every shop"),
        help_text=_("Only its orders are affected. Empty: those of every shop."),
    )
    summary = forms.CharField(
        label=_("What happened, for colleagues"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Colleagues see it in every linked ticket."),
    )
    script = forms.ModelChoiceField(
        label=_("Script for conversations meanwhile"),
        queryset=Script.objects.none(),
        required=False,
        empty_label=_("None"),
    )
    affected = ConditionFormField(
        root="order",
        label=_("Affected orders"),
        help_text=_("Whoever has such an order is affected. Cancelled orders never count."),
        initial=OPEN_ORDERS_OF_THE_DAY,
    )
    links = ConditionFormField(
        root="ticket",
        label=_("Tickets that belong to it"),
        help_text=_("Linked by themselves as they come. Leave it empty to go by the words alone."),
        required=False,
    )
    link_words = forms.CharField(
        label=_("Words of such tickets"),
        required=False,
        max_length=500,
        help_text=_("In every language, with commas between. The beginning of a word is enough."),
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["shop"].queryset = Shop.objects.order_by("name")  # type: ignore[attr-defined]
        self.fields["script"].queryset = Script.objects.order_by("folder", "pk")  # type: ignore[attr-defined]
        for code, language in LANGUAGES.items():
            for name, field in _in_one_language(language).items():
                self.fields[f"{name}_{code}"] = field

    @property
    def names(self) -> list[forms.BoundField]:
        return [self[f"name_{code}"] for code in LANGUAGES]

    @property
    def public(self) -> list[tuple[str | Promise, forms.BoundField, forms.BoundField]]:
        """Language, title and text of the status page."""
        return [(LANGUAGES[code], self[f"title_{code}"], self[f"text_{code}"]) for code in LANGUAGES]

    def told(self) -> Told:
        said = self.cleaned_data
        return Told(
            names={code: said[f"name_{code}"] for code in LANGUAGES},
            affected=said["affected"],
            began_at=said["began_at"],
            shop=said["shop"],
            summary=said["summary"],
            script=said["script"],
            links=said["links"],
            link_words=said["link_words"].split(","),
            public_words={
                code: {"title": said[f"title_{code}"], "text": said[f"text_{code}"]} for code in LANGUAGES
            },
        )


def initial_of(incident: Incident) -> dict[str, Any]:
    public = incident.public_words
    return {
        "began_at": timezone.localtime(incident.began_at),
        "summary": incident.summary,
        "shop": incident.shop_id,
        "script": incident.script_id,
        "affected": incident.affected,
        "links": incident.links,
        "link_words": ", ".join(incident.link_words),
        **{f"name_{code}": incident.names.get(code, "") for code in LANGUAGES},
        **{
            f"{name}_{code}": public.get(code, {}).get(name, "")
            for code in LANGUAGES
            for name in ("title", "text")
        },
    }


def _in_one_language(language: str | Promise) -> dict[str, forms.CharField]:
    called = {"language": language}
    return {
        "name": forms.CharField(
            label=_("What it is called, %(language)s") % called, max_length=120, required=False
        ),
        "title": forms.CharField(label=_("Title, %(language)s") % called, max_length=160, required=False),
        "text": forms.CharField(
            label=_("Text, %(language)s") % called,
            max_length=2000,
            required=False,
            widget=forms.Textarea(attrs={"rows": 3}),
        ),
    }
