"""Which answer is meant, by how others asked for each, or for nothing of the kind. Pure.

Naive Bayes over what a question says (Manning, Raghavan, Schütze, Introduction to Information Retrieval, 2008,
chapter 13): each answer is a heap of phrases, and the likeliest is the one in whose heap the question would be at home.
One thing is otherwise: words of one question are no independent witnesses, so the sum of what they say is divided by
the root of their number. Else any long question would be sure of something.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import exp, log, sqrt

from crm.words.spoken_words import words_in
from support.bot.likening import STEM, features

# What nothing of ours answers is a heap as well; its name is no answer's.
NOWHERE = ""
# As if everything had been said in every heap so many times more. This and the next were chosen by cross-validation
# over the phrases of the ready articles: each third of them asked of what the other two had taught.
SMOOTHED = 0.3
STRETCHED = 1.1


@dataclass(frozen=True)
class Habits:
    """How people ask. `tells`: what more a feature tells of those who use it; `silent`: what any other one tells."""

    tells: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    silent: Mapping[str, float] = field(default_factory=dict)


def heard(text: str, *, language: str) -> frozenset[str]:
    """Meanings, and every word by its beginning, small ones too: “when” and “how many” part one answer from another."""
    words = frozenset(f"={word[:STEM]}" for word in words_in(text))
    return words.union(features(text, language=language))


def learn(phrases: Iterable[tuple[str, frozenset[str]]]) -> Habits:
    """Of (whose it is, what it says)."""
    times: dict[str, Counter[str]] = defaultdict(Counter)
    heaps: Counter[str] = Counter()
    for name, said in phrases:
        heaps[name] += len(said)
        for feature in said:
            times[feature][name] += 1
    return Habits(
        tells={
            feature: {name: log(1 + many / SMOOTHED) for name, many in its.items()}
            for feature, its in times.items()
        },
        silent={name: log(SMOOTHED / (size + SMOOTHED * len(times))) for name, size in heaps.items()},
    )


def chances(said: frozenset[str], habits: Habits) -> Mapping[str, float]:
    """{name: from 0 to 1}, one in all; empty where nothing of it was ever said."""
    known = [habits.tells[feature] for feature in said if feature in habits.tells]
    if not known:
        return {}
    sums = {name: silent * len(known) for name, silent in habits.silent.items()}
    for its in known:
        for name, tells in its.items():
            sums[name] += tells
    most = max(sums.values())
    sure = STRETCHED / sqrt(len(known))
    odds = {name: exp(sure * (total - most)) for name, total in sums.items()}
    whole = sum(odds.values())
    return {name: one / whole for name, one in odds.items()}
