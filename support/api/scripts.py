"""Scripts for a shop's own desk: which there are, what stands in them, and what one says in a ticket.

Only what colleagues play: drafts, and what was retired, are nobody else's.
"""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.serializers import CharField, DictField, ListField

from crm.api import fields
from crm.api.shapes import PageQuery, View, page_of, show
from crm.api.views import ApiView, Operation
from support.api.tickets import ticket_or_404
from support.models import Script, ScriptVersion
from support.scripts import content, telling
from support.scripts.content import KINDS, OUTCOMES, TONES
from support.scripts.variables import About


class ScriptView(View):
    slug = fields.TextField(source="script.slug")
    names = DictField(source="script.names", child=CharField(), help_text="By the code of the language.")
    scenario = fields.TextField(source="script.scenario.slug")
    folder = fields.TextField(source="script.folder", allow_blank=True)
    shortcut = fields.TextField(source="script.shortcut")
    version = fields.WholeField(source="number")
    published_at = fields.MomentField()


class ChoiceView(View):
    labels = DictField(source="label", child=CharField(), help_text="By language; empty: the only way on.")
    next = fields.TextField(help_text="The key of the step it leads to.")
    when = fields.ObjectField(allow_null=True, help_text="Conditions about the ticket; null: always offered.")


class ScriptStepView(View):
    key = fields.TextField()
    kind = fields.ChoiceField(choices=list(KINDS))
    title = DictField(child=CharField())
    tone = fields.ChoiceField(choices=list(TONES))
    must_say = fields.FlagField()
    texts = DictField(
        child=DictField(child=CharField()),
        help_text="By language, then by channel; `any` stands for the rest.",
    )
    choices = ChoiceView(many=True)
    outcome = fields.ChoiceField(choices=["", *OUTCOMES], help_text="Of an end; else empty.")


class StepsView(View):
    start = fields.TextField(help_text="The key of the first step.")
    steps = ScriptStepView(many=True)


class WholeScriptView(ScriptView, StepsView):
    pass


class SaidStepView(View):
    key = fields.TextField(source="step.key")
    kind = fields.ChoiceField(source="step.kind", choices=list(KINDS))
    title = fields.TextField()
    text = fields.TextField(allow_blank=True, help_text="Filled in; empty where it cannot be.")
    refusal = fields.TextField(allow_blank=True, help_text="Why it cannot be said; else empty.")
    next = ListField(child=CharField(), help_text="Keys of the steps that are offered in this ticket.")


class SaidScriptView(View):
    slug = fields.TextField(source="version.script.slug")
    version = fields.WholeField(source="version.number")
    language = fields.TextField(source="ticket.language", allow_blank=True)
    channel = fields.TextField(source="ticket.channel")
    start = fields.TextField()
    steps = SaidStepView(many=True)


EXAMPLE = {
    "slug": "late-parcel",
    "names": {"en": "Late parcel", "ru": "Посылка опаздывает", "bg": "Пратката закъснява"},
    "scenario": "late-parcel",
    "folder": "Доставка",
    "shortcut": "late-parcel",
    "version": 2,
    "published_at": "2026-03-02T12:00:00Z",
}
WHOLE_EXAMPLE = {
    **EXAMPLE,
    "start": "sorry",
    "steps": [
        {
            "key": "sorry",
            "kind": "say",
            "title": {"en": "Say sorry"},
            "tone": "warm",
            "must_say": True,
            "texts": {"en": {"any": "I am sorry, {{ customer.first_name|dear customer }}."}},
            "choices": [{"labels": {}, "next": "solved", "when": None}],
            "outcome": "",
        }
    ],
}
SAID_EXAMPLE = {
    "slug": "late-parcel",
    "version": 2,
    "language": "en",
    "channel": "chat",
    "start": "sorry",
    "steps": [
        {
            "key": "sorry",
            "kind": "say",
            "title": "Say sorry",
            "text": "I am sorry, Maria.",
            "refusal": "",
            "next": ["solved"],
        }
    ],
}


class Scripts(ApiView):
    operations = {
        "GET": Operation(
            summary="List the scripts that are played",
            scope="scripts:read",
            asks=PageQuery,
            gives=page_of(ScriptView),
            answer_example={"items": [EXAMPLE], "next_cursor": None},
        ),
    }

    def get(self, request: ApiRequest) -> Response:
        return self.page(_played(), ScriptView)


class OneScript(ApiView):
    operations = {
        "GET": Operation(
            summary="Read what stands in a script",
            scope="scripts:read",
            gives=WholeScriptView,
            answer_example=WHOLE_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest, slug: str) -> Response:
        version = version_or_404(slug)
        its = content.read(version.content)
        return Response({**show(ScriptView, version), **show(StepsView, its)})


class TicketScript(ApiView):
    operations = {
        "GET": Operation(
            summary="Read what a script says in a conversation, filled in for its customer",
            scope="tickets:read",
            gives=SaidScriptView,
            answer_example=SAID_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest, pk: int, slug: str) -> Response:
        version, ticket = version_or_404(slug), ticket_or_404(pk)
        its = content.read(version.content)
        steps = telling.tell(its, About(ticket, None, timezone.now()))
        told = {"version": version, "ticket": ticket, "start": its.start, "steps": steps}
        return Response(show(SaidScriptView, told))


def version_or_404(slug: str) -> ScriptVersion:
    found = _played().filter(script__slug=slug).first()
    if found is None:
        raise Http404
    return found


def _played() -> QuerySet[ScriptVersion]:
    """The version of each script in use that colleagues play. One query."""
    in_use = Script.objects.in_use(timezone.now())
    published = ScriptVersion.objects.filter(state=ScriptVersion.State.PUBLISHED, script__in=in_use)
    return published.select_related("script__scenario").order_by("pk")
