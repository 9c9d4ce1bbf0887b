"""NPS, CSAT and CES. Each takes answers by their value; without any it answers None."""

from __future__ import annotations

from math import sqrt

from crm.measures.intervals import Share, Z
from surveys.scores.score import Counts, Score

# Reichheld, 2003: 9 and 10 speak for us, 0 to 6 against.
LEAST_PROMOTER = 9
MOST_DETRACTOR = 6
LEAST_SATISFIED = 4
LEAST_EASY = 5
CES_ENDS = (1, 7)
# Added before the interval of NPS is taken: three answers, ¾ of one to each end.
ADDED, ADDED_AT_EACH_END = 3, 0.75


def nps(counts: Counts) -> Score | None:
    """Net Promoter Score, 100·(P−D)/n: promoters 9–10, detractors 0–6.

    Its interval is an adjusted Wald (Rocks, 2016): n′=n+3, p′=(P+¾)/n′, d′=(D+¾)/n′,
    100(p′−d′) ± 196·√((p′+d′−(p′−d′)²)/n′). P=50 %, D=20 %: n=10 ±42.1, 30 ±26.6, 100 ±15.1, 400 ±7.6.
    """
    n = _n(counts)
    if not n:
        return None
    promoters = at_least(counts, LEAST_PROMOTER)
    detractors = n - at_least(counts, MOST_DETRACTOR + 1)
    of = n + ADDED
    for_us, against_us = (promoters + ADDED_AT_EACH_END) / of, (detractors + ADDED_AT_EACH_END) / of
    middle = for_us - against_us
    reach = 100 * Z * sqrt((for_us + against_us - middle**2) / of)
    return Score(
        value=100 * (promoters - detractors) / n,
        low=max(-100.0, 100 * middle - reach),
        high=min(100.0, 100 * middle + reach),
        n=n,
        below=reach,
        above=reach,
    )


def csat(counts: Counts) -> Score | None:
    """The share of 4–5 on 1–5, in per cent, with Wilson's interval: 8/10 → 49–94 %, 80/100 → 71–87 %."""
    return _share(Share(at_least(counts, LEAST_SATISFIED), _n(counts)))


def easy(counts: Counts) -> Score | None:
    """Beside CES: the share of 5–7, in per cent."""
    return _share(Share(at_least(counts, LEAST_EASY), _n(counts)))


def ces(counts: Counts) -> Score | None:
    """CES 2.0, “… made it easy”: the mean of 1 … 7 ± 1.96·s/√n.

    Answers to how hard it was are `turned` first, and are a figure of their own: the two are never mixed.
    """
    return mean(counts, low=CES_ENDS[0], high=CES_ENDS[1])


def mean(counts: Counts, *, low: int, high: int) -> Score | None:
    """The mean ± 1.96·s/√n. One answer tells nothing of the others: its interval is the whole scale."""
    n = _n(counts)
    if not n:
        return None
    value = sum(its * count for its, count in counts.items()) / n
    squares = sum(count * (its - value) ** 2 for its, count in counts.items())
    reach = Z * sqrt(squares / (n - 1) / n) if n > 1 else float(high - low)
    return Score(
        value=value,
        low=max(float(low), value - reach),
        high=min(float(high), value + reach),
        n=n,
        below=reach,
        above=reach,
    )


def at_least(counts: Counts, least: int) -> int:
    return sum(count for value, count in counts.items() if value >= least)


def _share(share: Share) -> Score | None:
    if not share.of:
        return None
    value, its = 100 * share.value, share.interval
    low, high = 100 * its.low, 100 * its.high
    return Score(value=value, low=low, high=high, n=share.of, below=value - low, above=high - value)


def _n(counts: Counts) -> int:
    return sum(counts.values())
