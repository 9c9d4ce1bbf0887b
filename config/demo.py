"""The demo company's chapters, in the order in which they are told, and what keeps it moving."""

from __future__ import annotations

import threading
from datetime import timedelta

from django.utils import timezone

from crm.demo import campaigns, channels, company, history, plots, segments, shop_system, worth
from crm.demo import trickle as crm_trickle
from crm.demo.channels import StandIns
from crm.demo.history import Progress
from loyalty.demo import club
from loyalty.demo import stories as points
from loyalty.points import cohorts
from support.demo import articles, bot, desk, incidents, macros, readers, scripts
from support.demo import stories as conversations
from surveys.demo import story as feedback


def is_loaded() -> bool:
    """Is the whole demo here? A load that was interrupted is not: `load` goes on with it."""
    return plots.told() and points.told()


def load(*, size: str, progress: Progress) -> None:
    """Write the demo company, of `small`, `medium` or `large` size. Does nothing where it stands already."""
    if is_loaded():
        return
    now = timezone.now()
    stage = company.build()
    # The club comes first, so that the characters earn when they buy.
    programme = club.open_club(stage.manager, started_at=now - timedelta(days=points.AGE_DAYS[size]))
    if not plots.told():
        history.write(stage, size=history.SIZES[size], now=now, progress=progress)
        company.open_business_accounts(stage.manager)
        plots.tell(stage, now=now)
    points.tell(stage, programme, now=now, progress=progress)
    segments.write(stage.manager, now=now)


def open_channels(where: StandIns) -> None:
    """Let the company write, be written to and tell a shop, through stand-ins that answer on this machine."""
    channels.open_accounts(where, at=timezone.now())
    shop_system.connect(where, at=timezone.now())


def tell_conversations(progress: Progress) -> None:
    """What people wrote, and what was answered: needs the channels. The desk is at work whenever the demo is."""
    now = timezone.now()
    stage = company.build()
    at_work = desk.open_desk(stage, now=now)
    articles.publish(stage.manager, now=now)
    readers.read(now=now)
    macros.write_macros()
    scripts.publish(at_work, manager=stage.manager, now=now)
    conversations.tell(at_work, now=now, progress=progress)
    scripts.play(at_work, now=now)
    incidents.tell(lead=stage.manager, now=now)
    feedback.tell(stage, now=now)
    # Last: what was told above is a desk's past, and goes past the bot.
    bot.go_on_duty(stage.manager, now=now)
    cohorts.count_all(at=now)
    worth.value(now=now, progress=progress)
    campaigns.tell(stage, now=now)


def trickle(stop: threading.Event) -> None:
    """Let the company go on living, a small event every few seconds, until told to stop."""
    crm_trickle.run_until(stop)
