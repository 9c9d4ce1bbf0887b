"""What a programme promises, read once for each edition of it and remembered in the process.

A till asks many times a minute for what changes once a month. `Programme.edition` changes in the transaction of
whatever changes the terms (sql/editions.sql) and is read with whoever is asked about: what is remembered is never older
than what they see. Threads share it, and nobody changes it. What is left of a reward is no term, and is asked for each
time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from crm.written_once import AnyOf, written_once
from loyalty.models import Programme, Reward, RewardQuota, Rule, Tier


@dataclass(frozen=True, kw_only=True)
class Terms:
    """`rewards`: the cheapest first, those that had not ended when they were read."""

    programme: Programme
    rules: Sequence[Rule]
    tiers: Mapping[int, Tier]
    rewards: Sequence[Reward]
    quotas: Mapping[int, Sequence[RewardQuota]]

    def offered(self, at: datetime) -> list[Reward]:
        """The rewards of the day, with what is left of them now. One query at most."""
        of_the_day = [reward for reward in self.rewards if reward.is_offered(at)]
        counted = [reward.pk for reward in of_the_day if reward.stock is not None]
        if not counted:
            return of_the_day
        left = {reward.pk: reward.stock for reward in _stock_of(counted)}
        return [
            _with_stock(reward, left[reward.pk]) if reward.pk in left else reward for reward in of_the_day
        ]

    def quotas_left(self) -> Mapping[int, Sequence[RewardQuota]]:
        """By reward, its quotas of tiers with what is left of them now. One query at most."""
        if any(quota.left is not None for quotas in self.quotas.values() for quota in quotas):
            return by_reward(list(self.quotas))
        return self.quotas

    def slugs_up_to(self, held: Sequence[int]) -> frozenset[str]:
        """The short names of these tiers and of every tier below them."""
        theirs = [self.tiers[pk] for pk in held if pk in self.tiers]
        return frozenset(
            tier.slug
            for tier in self.tiers.values()
            if any(tier.track == one.track and tier.level <= one.level for one in theirs)
        )


_remembered: dict[int, tuple[UUID, Terms]] = {}


def terms_of(programme_id: int, edition: UUID, *, at: datetime) -> Terms:
    """The terms in this edition, or in a later one that was made while they were read. Six queries, or none."""
    remembered = _remembered.get(programme_id)
    if remembered and remembered[0] == edition:
        return remembered[1]
    terms = _read(programme_id, at)
    _remembered[programme_id] = (edition, terms)
    return terms


def _read(programme_id: int, at: datetime) -> Terms:
    programme = Programme.objects.get(pk=programme_id)
    rewards = list(Reward.objects.not_over(at).filter(programme=programme_id).order_by("points", "pk"))
    return Terms(
        programme=programme,
        rules=list(programme.rules.switched_on()),
        tiers={tier.pk: tier for tier in programme.tiers.all()},
        rewards=rewards,
        quotas=by_reward([reward.pk for reward in rewards]),
    )


def by_reward(rewards: Sequence[int]) -> dict[int, list[RewardQuota]]:
    """The quotas of tiers of these rewards. One query."""
    quotas: dict[int, list[RewardQuota]] = {}
    for quota in _quotas_of(list(rewards)):
        quotas.setdefault(quota.reward_id, []).append(quota)
    return quotas


@written_once(list)
def _quotas_of(rewards: list[int]) -> QuerySet[RewardQuota]:
    return RewardQuota.objects.filter(AnyOf("reward_id", rewards, of="bigint")).order_by("pk")


@written_once(list)
def _stock_of(rewards: list[int]) -> QuerySet[Reward]:
    return Reward.objects.only("stock").filter(AnyOf("id", rewards, of="bigint"))


def _with_stock(reward: Reward, stock: int | None) -> Reward:
    its_own = copy(reward)
    its_own.stock = stock
    return its_own
