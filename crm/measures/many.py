"""Which of many differences are real, where each was looked at."""

from __future__ import annotations

from collections.abc import Sequence

FALSE_ONES = 0.05


def real_ones(chances: Sequence[float], *, false_ones: float = FALSE_ONES) -> list[bool]:
    """Benjamini and Hochberg (1995): of those that are told as real, at most this share is chance, on average.

    `chances`: how often chance alone would show as much, one for each. Of the k smallest, the k-th is at most
    k/m · `false_ones`. Looked at one by one, every twentieth would “change” where nothing did.
    """
    of = len(chances)
    ranked = sorted(chances)
    most = max((p for k, p in enumerate(ranked, 1) if p <= k / of * false_ones), default=-1.0)
    return [p <= most for p in chances]
