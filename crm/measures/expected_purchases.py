"""How many purchases are to be expected of a customer: BG/NBD (Fader, Hardie and Lee, 2005, Marketing Science 24).

While somebody is a customer they buy at their own rate (the rates of a company are gamma distributed: r, α); after each
purchase they may leave, each with a chance of their own (beta: a, b). Nothing but three figures of each is needed:
x, days of purchases after the first; t_x, the first to the last of them; T, the first to today, both in weeks.

Pure, on NumPy and SciPy: for the worker, never for a page. CDNOW's sample of 2,357: r .243, α 4.414, a .793, b 2.426,
log-likelihood −9582.4; E[Y(39) | x=2, t_x=30.43, T=38.86] = 1.2259.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

Floats: TypeAlias = NDArray[np.float64]

# Fewer customers tell nothing about a distribution of rates and of chances.
FEWEST = 500
# Parameters are looked for between these. One that stands at a bound was not found.
LOWEST, HIGHEST = 1e-4, 1e3
_AT_A_BOUND = 1.01
_STARTS = ((1.0, 1.0, 1.0, 1.0), (0.2, 4.0, 0.5, 2.0))


class DoesNotFit(Exception):
    """The model says nothing about these customers; `why` is one of `few` and `bound`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, eq=False)
class Histories:
    """Customers with the same x, t_x and T are one row of `customers`: a million come to some ten thousand rows."""

    x: Floats
    t_x: Floats
    T: Floats
    customers: Floats

    @classmethod
    def of(cls, rows: Sequence[tuple[float, float, float, int]]) -> Histories:
        """Rows of (x, t_x, T, customers)."""
        columns = np.array(rows, dtype=np.float64).reshape(-1, 4).T
        return cls(*(np.ascontiguousarray(column) for column in columns))

    @property
    def many(self) -> int:
        return int(self.customers.sum())


@dataclass(frozen=True)
class Purchases:
    """The fitted model. `log_likelihood` is that of the customers it was fitted on."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = float("nan")

    def expected(self, its: Histories, weeks: float) -> Floats:
        """E[Y(weeks)]: purchases to come within so many weeks, of each row's customer. (The paper's formula 10.)

        People are ranked by this, never by the chance of being alive, which is 1 for whoever bought once.
        """
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        x, t_x, age = its.x, its.t_x, its.T
        until = weeks / (alpha + age + weeks)
        left = ((alpha + age) / (alpha + age + weeks)) ** (r + x) * hyp2f1(r + x, b + x, a + b + x - 1, until)
        gone = np.where(x > 0, a / (b + np.maximum(x, 1) - 1) * ((alpha + age) / (alpha + t_x)) ** (r + x), 0)
        return np.asarray((a + b + x - 1) / (a - 1) * (1 - left) / (1 + gone))

    @property
    def is_at_a_bound(self) -> bool:
        found = (self.r, self.alpha, self.a, self.b)
        return any(one <= LOWEST * _AT_A_BOUND or one >= HIGHEST / _AT_A_BOUND for one in found)


def fit(its: Histories) -> Purchases:
    """By maximum likelihood, over logarithms of the parameters, from more than one start.

    Raises:
        DoesNotFit: fewer than FEWEST customers, or a parameter stands at a bound.
    """
    if its.many < FEWEST:
        raise DoesNotFit("few")
    bounds = [(np.log(LOWEST), np.log(HIGHEST))] * 4
    found = [
        minimize(_loss, np.log(start), args=(its,), method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-12})
        for start in _STARTS
    ]
    best = min(found, key=lambda one: float(one.fun))
    model = replace(_model(best.x), log_likelihood=-float(best.fun) * its.many)
    if model.is_at_a_bound:
        raise DoesNotFit("bound")
    return model


def log_likelihood(model: Purchases, its: Histories) -> float:
    """The paper's formula 6, added up over the customers."""
    r, alpha, a, b, x = model.r, model.alpha, model.a, model.b, its.x
    rates = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    chances = betaln(a, b + x) - betaln(a, b)
    stays = -(r + x) * np.log(alpha + its.T)
    left = np.where(
        x > 0, np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + its.t_x), -np.inf
    )
    return float(np.dot(its.customers, rates + chances + np.logaddexp(stays, left)))


def _loss(logarithms: Floats, its: Histories) -> float:
    return -log_likelihood(_model(logarithms), its) / its.many


def _model(logarithms: Floats) -> Purchases:
    r, alpha, a, b = (float(one) for one in np.exp(logarithms))
    return Purchases(r, alpha, a, b)
