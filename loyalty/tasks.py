"""What the programme does by the clock. Each task loads, calls one verb, and may run twice."""

from celery import shared_task
from django.utils import timezone

from loyalty.joining_tasks import forget_joining_requests
from loyalty.ledger import proving
from loyalty.points import carting, cohorts, confirmation, expiry, holds
from loyalty.replay_tasks import continue_replays, run_replay
from loyalty.reward_tasks import continue_batches, give_gifts, make_codes, pay_referrals
from loyalty.tier_tasks import decide_tiers

__all__ = [
    "confirm_points",
    "continue_batches",
    "continue_replays",
    "count_cohorts",
    "decide_tiers",
    "expire_points",
    "forget_joining_requests",
    "give_gifts",
    "make_codes",
    "pay_referrals",
    "prove_ledger",
    "release_abandoned_holds",
    "run_replay",
    "sweep_carts",
    "tell_of_expiry",
]


@shared_task  # type: ignore[untyped-decorator]
def confirm_points() -> None:
    confirmation.confirm_due(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def expire_points() -> None:
    expiry.expire_due(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def tell_of_expiry() -> None:
    expiry.tell_of_expiry(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def count_cohorts() -> None:
    cohorts.count_all(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def release_abandoned_holds() -> None:
    holds.release_abandoned(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def sweep_carts() -> None:
    carting.sweep(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def prove_ledger() -> None:
    proving.prove(at=timezone.now())


@shared_task  # type: ignore[untyped-decorator]
def prove_what_changed() -> None:
    """As `prove_ledger`, for wallets that something happened to since the last clean proof."""
    proving.prove(at=timezone.now(), since_checkpoint=True)
