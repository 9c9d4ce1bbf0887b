"""What a customer agrees to, as it would be found when something is sent: see crm.consents.consenting.may."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import BooleanField, Case, F, Func, Max, Min, Q, TextField, Value, When
from django.utils.translation import gettext_lazy as _

from crm.consents import consenting
from crm.models import Consent, ConsentChannel, Decision, Purpose
from crm.rule_fields.persons import everyones, known
from crm.rules.kinds import YesNo
from crm.rules.registry import Field


class May(Func):
    function = "crm_may"
    output_field = BooleanField()


def _latest(purpose: str) -> Func:
    """Of a group of statements. Of one moment the stricter: W comes after G."""
    in_turn = ArrayAgg("decision", filter=Q(purpose=purpose), order_by=["-occurred_at", "-decision"])
    return Func(in_turn, template="(%(expressions)s)[1]", output_field=TextField())


def _said_by_everybody(purpose: str, channel: str) -> Any:
    """Who said all of it under one id is answered by the latest; for who did not, the whole story is read."""
    about = Consent.objects.filter(purpose__in=[purpose, Purpose.PROCESSING], channel__in=["", channel])
    groups = everyones(about).order_by().values("whose")
    known_by = {"least": Min("customer_id"), "most": Max("customer_id")}
    latest = {"on_processing": _latest(str(Purpose.PROCESSING)), "on_this": _latest(purpose)}
    told = Case(
        When(least__lt=F("most"), then=May(F("least"), Value(purpose), Value(channel))),
        When(on_processing=str(Decision.WITHDRAWN), then=Value(False)),
        When(on_this=str(Decision.GIVEN), then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )
    return groups.annotate(**known_by, **latest).annotate(told=told)


def _consent(name: str, label: Any, purpose: Purpose, channel: str = "") -> Field:
    """Nobody is asked about who never said anything: then it is no."""
    return Field(
        name=name,
        kind=YesNo(),
        label=label,
        sql=lambda row, _moment: known(row, May(row.column("pk"), Value(str(purpose)), Value(channel))),
        value=lambda customer, _moment: consenting.may(customer, purpose=purpose, channel=channel),
        everyones=lambda: _said_by_everybody(str(purpose), channel),
        otherwise=False,
    )


FIELDS = (
    _consent("consent.processing", _("Agrees that we keep their data"), Purpose.PROCESSING),
    _consent(
        "consent.email", _("Agrees to offers by e-mail"), Purpose.ADVERTISING, str(ConsentChannel.EMAIL)
    ),
    _consent("consent.phone", _("Agrees to offers by phone"), Purpose.ADVERTISING, str(ConsentChannel.PHONE)),
    _consent("consent.sms", _("Agrees to offers by SMS"), Purpose.ADVERTISING, str(ConsentChannel.SMS)),
    _consent(
        "consent.telegram",
        _("Agrees to offers in Telegram"),
        Purpose.ADVERTISING,
        str(ConsentChannel.TELEGRAM),
    ),
    _consent("consent.viber", _("Agrees to offers in Viber"), Purpose.ADVERTISING, str(ConsentChannel.VIBER)),
    _consent("consent.post", _("Agrees to offers by post"), Purpose.ADVERTISING, str(ConsentChannel.POST)),
)
