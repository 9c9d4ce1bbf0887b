"""What runs by itself, and when: the beat's table. A task is named by its path, so that nothing is imported here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from celery.schedules import crontab

TIMETABLE: Mapping[str, Mapping[str, Any]] = {
    "forget idempotency keys": {
        "task": "crm.tasks.forget_idempotency_keys",
        "schedule": crontab(minute="17"),
    },
    "continue imports": {
        "task": "crm.importing.tasks.continue_imports",
        "schedule": crontab(),
    },
    "look for files to import again": {
        "task": "crm.importing.tasks.repeat_imports",
        "schedule": crontab(minute="*/5"),
    },
    "continue bulk jobs": {
        "task": "crm.api.bulk_tasks.continue_bulk_jobs",
        "schedule": crontab(),
    },
    "fetch mail": {
        "task": "crm.mail_tasks.poll_mailboxes",
        "schedule": crontab(),
    },
    "continue deliveries": {
        "task": "crm.channel_tasks.continue_deliveries",
        "schedule": timedelta(seconds=20),
    },
    "send what is due": {
        "task": "crm.channel_tasks.send_due",
        "schedule": timedelta(seconds=10),
        "options": {"expires": 10},
    },
    # Whoever something happened to is looked at within seconds; what only the clock changes, with the new day.
    "look at customers for segments": {
        "task": "crm.segments.tasks.look_at_customers",
        "schedule": timedelta(seconds=5),
        "options": {"expires": 5},
    },
    # Figures of the dashboards are at most ten seconds behind what happened.
    "count stale days": {
        "task": "crm.rollups.tasks.count_stale_days",
        "schedule": timedelta(seconds=5),
        "options": {"expires": 5},
    },
    "count days of segments": {
        "task": "crm.rollups.tasks.count_segments",
        "schedule": crontab(),
        "options": {"expires": 60},
    },
    # In pieces of a few minutes, until it is done for the night.
    "reconcile figures": {
        "task": "crm.rollups.tasks.reconcile_figures",
        "schedule": crontab(minute="*/5", hour="4-6"),
        "options": {"expires": 300},
    },
    "sweep segments": {
        "task": "crm.segments.tasks.sweep_segments",
        "schedule": crontab(),
        "options": {"expires": 60},
    },
    "send the figures of the week": {
        "task": "crm.digest.tasks.send_digests",
        "schedule": crontab(minute="5,35"),
    },
    "continue campaigns": {
        "task": "crm.campaigns.tasks.continue_campaigns",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 30},
    },
    "measure campaigns": {
        "task": "crm.campaigns.tasks.measure_campaigns",
        "schedule": crontab(minute="25", hour="4"),
    },
    "send webhooks": {
        "task": "crm.webhooks.tasks.send_webhooks",
        "schedule": timedelta(seconds=10),
        "options": {"expires": 10},
    },
    "forget webhooks": {
        "task": "crm.webhooks.tasks.forget_webhooks",
        "schedule": crontab(minute="55", hour="3"),
    },
    "continue landing": {
        "task": "crm.connectors.tasks.continue_landing",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 30},
    },
    # What is paused, or whose worker died, goes on within a minute.
    "continue rounds of connections": {
        "task": "crm.connectors.tasks.continue_rounds",
        "schedule": crontab(),
        "options": {"expires": 60},
    },
    # An order that says it was refunded, and not of which lines.
    "fetch returns that orders name": {
        "task": "crm.connectors.tasks.fetch_returns",
        "schedule": crontab(minute="*/5"),
        "options": {"expires": 300},
    },
    # Each connection once a day; one that could not be asked then has another chance soon.
    "reconcile connections": {
        "task": "crm.connectors.tasks.reconcile_connections",
        "schedule": crontab(minute="*/10"),
        "options": {"expires": 600},
    },
    "forget what connections brought": {
        "task": "crm.connectors.tasks.forget_deliveries",
        "schedule": crontab(minute="50", hour="3"),
    },
    # A chat is promised an answer within a minute.
    "climb ladders": {
        "task": "support.clock_tasks.climb_ladders",
        "schedule": timedelta(seconds=15),
        "options": {"expires": 15},
    },
    "count by changed calendars": {
        "task": "support.clock_tasks.count_anew",
        "schedule": crontab(),
    },
    "look after tickets": {
        "task": "support.ticket_tasks.look_after_tickets",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 30},
    },
    "look after incidents": {
        "task": "support.incident_tasks.look_after_incidents",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 30},
    },
    "watch for bursts": {
        "task": "support.incident_tasks.watch_for_bursts",
        "schedule": timedelta(minutes=3),
        "options": {"expires": 180},
    },
    # A customer whom the bot has not answered within two minutes talks to a person.
    "sweep up after the bot": {
        "task": "support.bot_tasks.sweep_bot",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 30},
    },
    "ask departments": {
        "task": "support.ticket_tasks.ask_departments",
        "schedule": crontab(),
    },
    # A few days after its end: what comes back and what is reviewed late counts as well.
    "recognise colleagues": {
        "task": "support.ticket_tasks.recognise_colleagues",
        "schedule": crontab(minute="20", hour="4", day_of_month="4"),
    },
    # What readers of the help centre did in the 72 hours after it.
    "settle visits": {
        "task": "support.help.tasks.settle_visits",
        "schedule": crontab(minute="15"),
    },
    "close tickets": {
        "task": "support.ticket_tasks.close_tickets",
        "schedule": crontab(minute="35"),
    },
    # Whose silence counts: whom a question reached.
    # Of days that are over: see surveys.feedback.hearing.
    "hear what was said anonymously": {
        "task": "surveys.feedback.tasks.hear_anonymous",
        "schedule": crontab(minute="40", hour="3"),
    },
    "learn themes of feedback": {
        "task": "surveys.feedback.tasks.learn_themes",
        "schedule": crontab(minute="20", hour="4"),
    },
    "note deliveries of surveys": {
        "task": "surveys.tasks.note_deliveries",
        "schedule": crontab(minute="*/10"),
    },
    # An unhappy answer is somebody's within a minute; see surveys.scanning for what it waits for.
    "settle answers": {
        "task": "surveys.tasks.settle_answers",
        "schedule": timedelta(seconds=10),
        "options": {"expires": 10},
    },
    "ask after what happened": {
        "task": "surveys.asking.tasks.ask_after_what_happened",
        "schedule": crontab(),
        "options": {"expires": 60},
    },
    "ask waves": {
        "task": "surveys.asking.tasks.ask_waves",
        "schedule": crontab(minute="*/10"),
        "options": {"expires": 600},
    },
    "remind of surveys": {
        "task": "surveys.asking.tasks.remind",
        "schedule": crontab(minute="*/15"),
        "options": {"expires": 900},
    },
    "ask the unhappy again": {
        "task": "surveys.closing.tasks.ask_again",
        "schedule": crontab(minute="*/10"),
    },
    "tell what was changed": {
        "task": "surveys.closing.tasks.tell_of_issues",
        "schedule": crontab(),
    },
    # In the morning of each clock, and once for each promised day.
    "tell of late parcels": {
        "task": "crm.channel_tasks.tell_of_late_parcels",
        "schedule": crontab(minute="25"),
    },
    "forget joining requests": {
        "task": "loyalty.joining_tasks.forget_joining_requests",
        "schedule": crontab(minute="*/10"),
    },
    "forget bulk jobs": {
        "task": "crm.api.bulk_tasks.forget_bulk_jobs",
        "schedule": crontab(minute="47"),
    },
    "continue replays": {
        "task": "loyalty.replay_tasks.continue_replays",
        "schedule": crontab(),
    },
    "confirm points": {
        "task": "loyalty.tasks.confirm_points",
        "schedule": crontab(minute="*/10"),
    },
    "expire points": {
        "task": "loyalty.tasks.expire_points",
        "schedule": crontab(minute="5"),
    },
    "tell of expiry": {
        "task": "loyalty.tasks.tell_of_expiry",
        "schedule": crontab(minute="30", hour="6"),
    },
    # After midnight a month may have dropped out of what counts.
    "decide about tiers": {
        "task": "loyalty.tier_tasks.decide_tiers",
        "schedule": crontab(minute="50", hour="2"),
    },
    "count cohorts of points": {
        "task": "loyalty.tasks.count_cohorts",
        "schedule": crontab(minute="25", hour="3"),
    },
    "release abandoned holds": {
        "task": "loyalty.tasks.release_abandoned_holds",
        "schedule": crontab(),
    },
    "take back codes of abandoned carts": {
        "task": "loyalty.tasks.sweep_carts",
        "schedule": crontab(),
    },
    # What changed each night, and everything once a week.
    "prove the ledger": {
        "task": "loyalty.tasks.prove_what_changed",
        "schedule": crontab(minute="20", hour="1", day_of_week="1-6"),
    },
    "prove the whole ledger": {
        "task": "loyalty.tasks.prove_ledger",
        "schedule": crontab(minute="20", hour="1", day_of_week="0"),
    },
    # A birthday begins at another hour in each time zone.
    "give gifts": {
        "task": "loyalty.reward_tasks.give_gifts",
        "schedule": crontab(minute="10"),
    },
    "pay referrals": {
        "task": "loyalty.reward_tasks.pay_referrals",
        "schedule": crontab(minute="40"),
    },
    "continue batches of coupons": {
        "task": "loyalty.reward_tasks.continue_batches",
        "schedule": crontab(),
    },
    # Of the day that is over, once every clock has told it and imports of the night are in.
    "value customers": {
        "task": "crm.worth.tasks.value_customers",
        "schedule": crontab(minute="10", hour="3"),
    },
    # Whoever bought since. Where everybody is still to be counted, it does that.
    "follow customers": {
        "task": "crm.worth.tasks.follow_customers",
        "schedule": crontab(),
    },
    # One that waited longer than its turn is thrown away: its age must not look young when a worker comes back.
    "canary": {
        "task": "crm.tasks.sing",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 30},
    },
}
