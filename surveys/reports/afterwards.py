"""What people say about what was done for them, one by one: whether it satisfied them, and how easy it was."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from crm.abilities import SaidAfterwards
from crm.among import Among
from surveys.models import Answer
from surveys.scores.formulas import LEAST_SATISFIED

# Satisfied with all of it, or with those who helped; “how hard” is a figure of its own, and not mixed in.
ASPECTS = ("", "service")


def said_about(about_type: str, ids: Collection[int]) -> Mapping[int, SaidAfterwards]:
    """One question, however many are asked about. Of several answers about one thing the last one counts."""
    answers = Answer.objects.filter(
        Among("response__about_id", ids),
        response__about_type=about_type,
        kind__in=("csat", "ces"),
        value__isnull=False,
        direction=1,
    )
    found: dict[int, SaidAfterwards] = {}
    for answer in answers.select_related("response").order_by("answered_at", "pk"):
        about, value = answer.response.about_id or 0, answer.value or 0
        its = found.get(about, SaidAfterwards())
        if answer.kind == "ces":
            found[about] = replace(its, effort=float(value))
        elif answer.aspect in ASPECTS:
            found[about] = replace(its, is_satisfied=value >= LEAST_SATISFIED)
    return found
