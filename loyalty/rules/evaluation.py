"""How many points a purchase earns, and why. Pure: rules and a purchase in, points for each line out.

The order is fixed: match (whether a rule's conditions hold is known before) → earn → multiply → cap → round. Rules of
one stacking group do not add up: the one that gives most counts. Multipliers add up and multiply what was earned for
the amount. Everything is exact until the end, where the sum is rounded once: what each rule and each line gets are
differences of rounded running sums, so that both add up to the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

from loyalty.effects import Effect, Phase, Purchase, Shares
from loyalty.rules.reasons import Reason

NOTHING = Fraction(0)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A rule at the moment of a purchase. `why_not`: its conditions do not hold, or it is not valid now."""

    rule_id: int
    version_id: int
    name: str
    effect: Effect
    group: str = ""
    most_per_order: int | None = None
    why_not: Reason | None = None


@dataclass(frozen=True, kw_only=True)
class Given:
    candidate: Candidate
    points: int
    lines: Mapping[int, int]
    why: Reason


@dataclass(frozen=True, kw_only=True)
class NotGiven:
    candidate: Candidate
    why: Reason


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    given: tuple[Given, ...] = ()
    not_given: tuple[NotGiven, ...] = ()
    lines: Mapping[int, int] = field(default_factory=dict)

    @property
    def points(self) -> int:
        return sum(one.points for one in self.given)


@dataclass
class _Offer:
    candidate: Candidate
    why: Reason
    shares: Shares

    @property
    def total(self) -> Fraction:
        return sum(self.shares.values(), NOTHING)

    def at_most(self, points: int | None) -> None:
        if points is not None and (total := self.total) > points:
            self.shares = {key: share * points / total for key, share in self.shares.items()}


def evaluate(
    purchase: Purchase,
    candidates: Sequence[Candidate],
    *,
    rounding: str,
    allowed: Mapping[int, int] | None = None,
) -> Evaluation:
    """`allowed`: rule → the points that its limits still let it give. Rules take their turn by phase, then by id."""
    in_turn = sorted(candidates, key=lambda one: (one.effect.phase, one.rule_id))
    refused: list[NotGiven] = []
    earned = _offers([one for one in in_turn if one.effect.phase is Phase.EARN], purchase, {}, refused)
    base = _sum_of([one for one in earned if one.candidate.effect.is_multiplied])
    multipliers = [one for one in in_turn if one.effect.phase is Phase.MULTIPLY]
    offers = earned + _offers(multipliers, purchase, base, refused)
    within = _within_limits(offers, allowed or {}, refused)
    return _rounded(within, refused, purchase, rounding)


def _offers(
    candidates: Sequence[Candidate], purchase: Purchase, base: Shares, refused: list[NotGiven]
) -> list[_Offer]:
    offers = []
    for candidate in candidates:
        if candidate.why_not:
            refused.append(NotGiven(candidate=candidate, why=candidate.why_not))
            continue
        if candidate.effect.phase is Phase.MULTIPLY and not any(base.values()):
            refused.append(NotGiven(candidate=candidate, why=Reason("nothing-to-multiply")))
            continue
        answer = candidate.effect.gives(purchase, base)
        if answer.shares is None:
            refused.append(NotGiven(candidate=candidate, why=answer.why))
            continue
        offer = _Offer(candidate, answer.why, answer.shares)
        offer.at_most(candidate.most_per_order)
        offers.append(offer)
    return _best_of_groups(offers, refused)


def _within_limits(
    offers: Sequence[_Offer], allowed: Mapping[int, int], refused: list[NotGiven]
) -> list[_Offer]:
    kept = []
    for offer in offers:
        left = allowed.get(offer.candidate.rule_id)
        if left == 0:
            refused.append(NotGiven(candidate=offer.candidate, why=Reason("limit-reached")))
            continue
        offer.at_most(left)
        kept.append(offer)
    return kept


def _best_of_groups(offers: list[_Offer], refused: list[NotGiven]) -> list[_Offer]:
    best: dict[str, _Offer] = {}
    for offer in offers:
        group = offer.candidate.group
        if group and (group not in best or offer.total > best[group].total):
            best[group] = offer
    kept = []
    for offer in offers:
        winner = best.get(offer.candidate.group, offer)
        if winner is offer:
            kept.append(offer)
        else:
            why = Reason("another-counts-instead", {"name": winner.candidate.name})
            refused.append(NotGiven(candidate=offer.candidate, why=why))
    return kept


def _sum_of(offers: Sequence[_Offer]) -> Shares:
    total: dict[int, Fraction] = {}
    for offer in offers:
        for key, share in offer.shares.items():
            total[key] = total.get(key, NOTHING) + share
    return total


def _rounded(
    offers: Sequence[_Offer], refused: list[NotGiven], purchase: Purchase, rounding: str
) -> Evaluation:
    running, rounded = NOTHING, 0
    lines: dict[int, int] = {}
    given = []
    for offer in offers:
        parts: dict[int, int] = {}
        for line in purchase.lines:
            if share := offer.shares.get(line.key):
                running += share
                step = whole(running, rounding) - rounded
                rounded += step
                if step:
                    parts[line.key] = step
                    lines[line.key] = lines.get(line.key, 0) + step
        if parts:
            given.append(
                Given(candidate=offer.candidate, points=sum(parts.values()), lines=parts, why=offer.why)
            )
        else:
            refused.append(NotGiven(candidate=offer.candidate, why=Reason("less-than-one-point")))
    return Evaluation(given=tuple(given), not_given=tuple(refused), lines=lines)


def whole(points: Fraction, rounding: str) -> int:
    """As `Programme.Rounding` says."""
    if rounding == "up":
        return ceil(points)
    return floor(points + Fraction(1, 2)) if rounding == "half_up" else floor(points)


def trace_of(purchase: Purchase, evaluation: Evaluation, **more: Any) -> dict[str, Any]:
    """The snapshot that the ledger keeps: versions, inputs, points for each line, why and why not. Plain JSON."""
    return {
        **more,
        "purchase": _inputs(purchase),
        "lines": {str(key): points for key, points in evaluation.lines.items()},
        "rules": [
            {
                **_named(one.candidate),
                "points": one.points,
                "lines": {str(key): points for key, points in one.lines.items()},
                "why": one.why.as_json(),
            }
            for one in evaluation.given
        ],
        "not": [{**_named(one.candidate), "why": one.why.as_json()} for one in evaluation.not_given],
    }


def _named(candidate: Candidate) -> dict[str, Any]:
    return {"rule": candidate.rule_id, "version": candidate.version_id, "name": candidate.name}


def _inputs(purchase: Purchase) -> dict[str, Any]:
    """What was known, but no birthday: whose ledger it is may be erased, and the ledger stays."""
    return {
        "on": purchase.on.isoformat(),
        "amounts": {str(line.key): _plain(line.amount) for line in purchase.lines},
        "tiers": sorted(purchase.tiers),
        "is_first": purchase.is_first,
    }


def _plain(amount: Decimal) -> str:
    return format(amount, "f")
