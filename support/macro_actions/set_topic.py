from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.errors import Fault
from crm.models import User
from support import labelling
from support.macro_actions.base import MacroAction
from support.models import Ticket, Topic


@dataclass(frozen=True, kw_only=True)
class SetTopic(MacroAction):
    """`topic`: its short name."""

    kind = "set_topic"
    label = _("Set the topic")
    asks = {"topic": _("topic")}
    offers = {"topic": lambda: [(its.slug, str(its)) for its in Topic.objects.all()]}

    topic: str

    def faults(self) -> list[Fault]:
        known = Topic.objects.filter(slug=self.topic).exists()
        return [] if known else [Fault(pointer="/topic", detail=_("There is no such topic."))]

    def aloud(self) -> str:
        return gettext("Sets the topic “{topic}”").format(topic=Topic.objects.get(slug=self.topic))

    def do(self, ticket: Ticket, *, by: User, key: str, at: datetime) -> None:
        labelling.set_topic(ticket, topic=Topic.objects.get(slug=self.topic), by=by, at=at)
