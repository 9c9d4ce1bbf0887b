"""The demo's chapter about scripts: twelve of them, approved by a second person, and one that was played.

Vera's late parcel waits for whoever looks at the demo: the late-parcel script is suggested on her ticket, key 1 says
that it is on its way, the answer is in Russian, and 50 points make up for the wait. Yesterday Daria did just that.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from crm import abilities
from crm.channels.base import Sender
from crm.demo import characters
from crm.demo.rhythm import HERE
from crm.models import Identity, User
from crm.people.identity_kinds import IdentityKind
from support import assigning, labelling
from support.demo.conversations import DAY, HOUR, Conversation
from support.demo.desk import Desk
from support.demo.stories import answers, hears, open_accounts
from support.models import Script, ScriptRun, ScriptVersion, Ticket
from support.scripts import adopting, lines, playing, publishing
from support.scripts.variables import About, say

# In which colleagues at «Липа» write to each other.
LANGUAGE = "bg"
WRITTEN_AGO = timedelta(days=41)
ASKED = "Здравствуйте, чай обещали ко вторнику, а его всё нет. Когда ждать?"
PLAYED = Conversation(
    key="played",
    language="ru",
    channel="email",
    topic="delivery",
    subject="Где мой заказ?",
    began=DAY - 4 * HOUR,
    turns=(("in", ASKED),),
)
# Of each step on Daria's way the choice she took: it is on its way, agrees to wait, 50 points, and on to the end.
WAY = (0, 0, 0, 0, 0, 0)
LOOKED_THROUGH = 60


def publish(desk: Desk, *, manager: User, now: datetime) -> None:
    """What is missing is written by the lead and approved by the manager, some weeks ago."""
    at = (now - WRITTEN_AGO).astimezone(HERE).replace(hour=10, minute=20)
    for draft in adopting.adopt(language=LANGUAGE, by=desk.lead, at=at):
        _publish(draft, desk.lead, manager, at=at)


@transaction.atomic
def play(desk: Desk, *, now: datetime) -> None:
    """Once, where somebody of the crowd writes Russian and has an account of points."""
    account = open_accounts().get(PLAYED.channel)
    sender = _somebody(now=now)
    if account is None or sender is None or ScriptRun.objects.exists():
        return
    at = now - timedelta(minutes=PLAYED.began)
    ticket = hears(account, sender, PLAYED, 0, ASKED, at=at)
    labelling.set_topic(ticket, topic=desk.topics[PLAYED.topic], by=desk.daria, at=at)
    ticket = assigning.assign(_now(ticket), to=desk.daria, by=desk.lead, at=at)
    _play_through(ticket, desk.daria, at=at + timedelta(minutes=6))


def _publish(draft: ScriptVersion, writer: User, reviewer: User, *, at: datetime) -> None:
    handed_in = publishing.submit(draft, by=writer, at=at + timedelta(hours=3))
    approved = publishing.approve(handed_in, by=reviewer, at=at + timedelta(days=1))
    publishing.publish(approved, by=reviewer, at=at + timedelta(days=1, minutes=4))


def _play_through(ticket: Ticket, agent: User, *, at: datetime) -> None:
    """Her two answers are the script's own words, filled in for this customer."""
    script = Script.objects.get(slug="late-parcel")
    run = playing.start(script, ticket=_now(ticket), by=agent, key="demo", at=at, language="ru")
    for turn, choice in enumerate(WAY):
        step = playing.standing(run).step
        if step.is_spoken:
            lines.insert(run, step=step.key, at=at)
            words = say(step.text_in("ru", PLAYED.channel), About(_now(ticket), agent, at), language="ru")
            answers(_now(ticket), words, by=agent, key=f"{PLAYED.key}-{turn}", at=at)
        at += timedelta(minutes=1)
        run = playing.go(run, choice=choice, by=agent, at=at, turn=run.turn)


def _somebody(*, now: datetime) -> Sender | None:
    """Who bought last, and is none of the three whom visitors meet."""
    families = {who.family_name for who in characters.CUSTOMERS}
    theirs = Identity.objects.filter(kind=IdentityKind.EMAIL, customer__language="ru").select_related(
        "customer"
    )
    bought_last = F("customer__figures__last_order_at").desc(nulls_last=True)
    for its in theirs.exclude(customer__family_name__in=families).order_by(bought_last, "pk")[
        :LOOKED_THROUGH
    ]:
        if abilities.points_of()(its.customer, at=now):
            return Sender(kind=its.kind, value=its.value, language="ru")
    return None


def _now(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)
