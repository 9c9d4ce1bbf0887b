"""What a model has learned of a theme, and what it says to a text. Pure; nothing but sums, so that the web can ask it.

A text is read by pieces of its words, three to five letters long, which serves Russian and Bulgarian without a
dictionary. A piece is no more than the number of one of BUCKETS buckets, which many pieces share, and a bucket that
few texts touched weighs nothing: from what is kept nobody's words, name or address can be read.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import exp, log1p, sqrt
from zlib import crc32

from crm.words.spoken_words import words_in
from surveys.feedback.theming import LONGEST_TEXT

BUCKETS = 1 << 13
LENGTHS = (3, 4, 5)
# From fewer labels, in all and of a theme, nothing is learned.
FEWEST_LABELS, FEWEST_OF_THEME = 200, 30
# From here on it is the theme; at a half the signs would say nothing.
LIKELY = 0.55

Signs = Mapping[int, float]


@dataclass(frozen=True)
class Learned:
    """A weight for each bucket, and no constant: of a text with nothing known in it a model knows nothing."""

    weights: array[float]

    @classmethod
    def read(cls, kept: bytes) -> Learned:
        weights = array("f")
        weights.frombytes(kept)
        return cls(weights)

    def chance(self, signs: Signs) -> float:
        """That a text with these signs is about the theme, from 0 to 1."""
        told = sum(self.weights[bucket] * size for bucket, size in signs.items())
        return 1 / (1 + exp(-max(-30.0, min(30.0, told))))


def signs_of(text: str) -> Signs:
    """By bucket; a long text counts for no more than a short one."""
    counts = Counter(crc32(piece.encode()) % BUCKETS for piece in _pieces(text))
    sizes = {bucket: log1p(count) for bucket, count in counts.items()}
    whole = sqrt(sum(size * size for size in sizes.values())) or 1.0
    return {bucket: size / whole for bucket, size in sizes.items()}


def _pieces(text: str) -> Iterator[str]:
    for word in words_in(text[:LONGEST_TEXT]):
        closed = f" {word} "
        for length in LENGTHS:
            yield from (closed[place : place + length] for place in range(len(closed) - length + 1))
