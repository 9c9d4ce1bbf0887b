"""A model for each theme, learned by night from what colleagues have said, and judged beside the words of its rule.

In the worker alone: it needs numpy and scipy, which the web never imports. A logistic regression with a penalty
(Hosmer, Lemeshow & Sturdivant, 2013, ch. 4), fitted by L-BFGS; both sides of a theme weigh alike, however rare it is.
It is judged by five-fold cross-validation: each text by a model that has not seen it, and no text with the same words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from zlib import crc32

import numpy as np
from django.db import transaction
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from crm.words.spoken_words import said
from surveys.feedback import ruling
from surveys.feedback.learned import BUCKETS, FEWEST_LABELS, FEWEST_OF_THEME, LIKELY, signs_of
from surveys.models import FeedbackLabel, Theme, ThemeModel

MOST_LABELS = 5_000
FOLDS = 5
PENALTY = 1.0
# A piece that fewer texts hold is somebody's own: it teaches nothing.
FEWEST_TEXTS = 3

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """`theme`: as a colleague said last; `by_words`: as the rules of today say. Ids, 0 for none."""

    text: str
    theme: int
    by_words: int


def train(*, at: datetime) -> int:
    """Learn every theme of which enough is known; how many. A model that no longer beats the words stops deciding.

    May run twice; each theme's row is locked while it is written.
    """
    labels = labelled()
    if len(labels) < FEWEST_LABELS:
        return 0
    signs, folds = _matrix(labels), _folds(labels)
    truths = np.array([one.theme for one in labels])
    words = np.array([one.by_words for one in labels])
    themes = [pk for pk in sorted(set(truths.tolist())) if (truths == pk).sum() >= FEWEST_OF_THEME]
    for pk in themes:
        is_it = (truths == pk).astype(float)
        guessed = _cross_validated(signs, is_it, folds)
        _keep(
            pk,
            weights=fit(signs, is_it),
            f1=f1(is_it, guessed),
            f1_of_words=f1(is_it, (words == pk).astype(float)),
            positives=int(is_it.sum()),
            labels=len(labels),
            at=at,
        )
    return len(themes)


def labelled() -> list[Labelled]:
    """The latest texts that colleagues have judged, each with their last word. Four queries."""
    last = FeedbackLabel.objects.order_by("feedback", "-pk").distinct("feedback").values("pk")
    found = FeedbackLabel.objects.filter(pk__in=last, feedback__erased_at=None).exclude(feedback__text="")
    rules = ruling.in_force()
    slugs = dict(Theme.objects.values_list("slug", "pk"))
    rows = found.order_by("-pk").values_list("feedback__text", "feedback__language", "theme")[:MOST_LABELS]
    return [
        Labelled(text=text, theme=theme, by_words=slugs.get(rules.read(text, language=language).theme, 0))
        for text, language, theme in rows
    ]


def fit(signs: csr_matrix, is_it: Floats) -> Floats:
    """The weights of buckets."""
    many = is_it.sum()
    balance = np.where(is_it > 0, len(is_it) / (2 * many), len(is_it) / (2 * (len(is_it) - many)))

    def loss(weights: Floats) -> tuple[float, Floats]:
        told = signs @ weights
        signed = np.where(is_it > 0, told, -told)
        costs = balance * np.logaddexp(0, -signed)
        slope = balance * (1 / (1 + np.exp(-told)) - is_it)
        penalty = PENALTY * weights
        return float(costs.sum() + 0.5 * weights @ penalty), signs.T @ slope + penalty

    found: Any = minimize(loss, np.zeros(signs.shape[1]), jac=True, method="L-BFGS-B")
    return np.asarray(found.x)


def f1(is_it: Floats, said_so: Floats) -> float:
    """2·TP / (2·TP + FP + FN); 0 where nothing was found."""
    right = float((is_it * said_so).sum())
    wrong = float(np.abs(is_it - said_so).sum())
    return 2 * right / (2 * right + wrong) if right else 0.0


def _matrix(labels: Sequence[Labelled]) -> csr_matrix:
    """A row for each text; what fewer than FEWEST_TEXTS hold is left out."""
    rows, columns, sizes = [], [], []
    for number, one in enumerate(labels):
        for bucket, size in signs_of(one.text).items():
            rows.append(number)
            columns.append(bucket)
            sizes.append(size)
    held = np.bincount(columns, minlength=BUCKETS)
    kept = [
        size if held[bucket] >= FEWEST_TEXTS else 0.0 for bucket, size in zip(columns, sizes, strict=True)
    ]
    found = csr_matrix((kept, (rows, columns)), shape=(len(labels), BUCKETS))
    found.eliminate_zeros()
    return found


def _folds(labels: Sequence[Labelled]) -> NDArray[np.int64]:
    """The same words are in the same fold, whoever wrote them."""
    return np.array([crc32(said(one.text).encode()) % FOLDS for one in labels])


def _cross_validated(signs: csr_matrix, is_it: Floats, folds: NDArray[np.int64]) -> Floats:
    guessed = np.zeros(len(is_it))
    for fold in range(FOLDS):
        others, its = folds != fold, folds == fold
        if not its.any() or not 0 < is_it[others].sum() < others.sum():
            continue
        told = signs[its] @ fit(signs[others], is_it[others])
        guessed[its] = 1 / (1 + np.exp(-told)) >= LIKELY
    return guessed


@transaction.atomic
def _keep(
    theme: int, *, weights: Floats, f1: float, f1_of_words: float, positives: int, labels: int, at: datetime
) -> None:
    standing = ThemeModel.objects.select_for_update().filter(theme=theme).first()
    its = standing or ThemeModel(theme_id=theme)
    its.weights = weights.astype("<f4").tobytes()
    its.f1, its.f1_of_words, its.positives, its.labels, its.trained_at = (
        f1,
        f1_of_words,
        positives,
        labels,
        at,
    )
    if not its.beats_the_words:
        its.decides_since, its.switched_on_by = None, None
    its.save()
