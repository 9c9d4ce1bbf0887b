"""What «Липа» asks: the surveys that come with the house, published; and Vera, who is asked about her parcel today."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone

from crm.demo import channels
from crm.demo.characters import VERA
from crm.demo.company import Stage
from crm.models import Order
from surveys.asking import inviting
from surveys.models import SurveyVersion
from surveys.staff import asking
from surveys.writing import adopting, authoring

ASKED = ("relationship", "first-order", "delivery", "resolved-ticket", "recovery", "colleagues")
SOURCE = "demo"


def publish(stage: Stage, *, at: datetime) -> None:
    adopting.adopt(by=stage.manager, at=at)
    drafts = SurveyVersion.objects.filter(state="draft", survey__slug__in=ASKED).select_related("survey")
    for draft in drafts.order_by("pk"):
        authoring.publish(draft, by=stage.manager, at=at)


def asked(slug: str) -> SurveyVersion:
    return SurveyVersion.objects.select_related("survey").get(survey__slug=slug, state="published")


def ask_vera(stage: Stage, *, now: datetime) -> None:
    """About what she bought last in Varna. It waits on her phone: whoever plays the demo answers for her."""
    vera = channels.person(VERA)
    varna = stage.shops["lipa-varna"]
    if vera is None:
        return
    bought = Order.objects.filter(customer=vera, shop=varna).order_by("-placed_at").first()
    # By day: whenever the demo begins, she has it already.
    at = timezone.localtime(now - timedelta(days=1)).replace(hour=12, minute=10)
    inviting.invite(
        asked("delivery"), customer=vera, source=SOURCE, source_id="vera", about=bought, shop=varna, at=at
    )


def ask_colleagues(*, on: date) -> None:
    asking.ask_colleagues(asked("colleagues"), on=on)
