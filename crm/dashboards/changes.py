"""What changed, of all that a page tells: in sentences, the worst first, and only where chance cannot be the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.dashboards.dashboard import Figure
from crm.measures.many import real_ones
from crm.words.wording import number

WORST_FIRST = ("bad", "", "good")


@dataclass(frozen=True, kw_only=True)
class Changes:
    """`tested`: how many figures there were enough cases for."""

    figures: Sequence[Figure]
    tested: int

    @property
    def said(self) -> str:
        if not self.tested:
            return _("There are too few cases yet to tell what changed.")
        if not self.figures:
            return ngettext(
                "No change: what the %(of)s figure shows is within chance.",
                "No change: what the %(of)s figures show is within chance.",
                self.tested,
            ) % {"of": number(self.tested)}
        return ngettext(
            "%(count)s figure of %(of)s really changed; the rest is within chance.",
            "%(count)s figures of %(of)s really changed; the rest is within chance.",
            len(self.figures),
        ) % {"count": number(len(self.figures)), "of": number(self.tested)}

    @property
    def definition(self) -> Sequence[str]:
        return (
            _("Each figure is held against the same figure of the time it is compared with."),
            _(
                "Of many figures, one in twenty would seem to change by chance alone. So only those stand here that "
                "are left when this is taken into account: of those told, at most one in twenty is chance "
                "(Benjamini and Hochberg, 1995)."
            ),
        )


def changes(figures: Sequence[Figure]) -> Changes:
    tested = [(figure, figure.change) for figure in figures if figure.change and figure.change.p is not None]
    real = real_ones([change.p or 0.0 for _figure, change in tested])
    found = [
        (WORST_FIRST.index(change.mood), change.p or 0.0, place, figure)
        for place, ((figure, change), is_real) in enumerate(zip(tested, real, strict=True))
        if is_real and change.direction != "none"
    ]
    return Changes(
        figures=[figure for *_order, figure in sorted(found, key=lambda one: one[:3])], tested=len(tested)
    )
