"""By which words a theme is known: the ready ones made a company's own, and a new rule in place of an old one.

A rule is replaced, never changed: what an earlier one decided can be understood later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from crm.errors import Fault, Refusal
from crm.models import User
from surveys.feedback import ready, theming
from surveys.feedback.theming import MOST_CLUES, Clue, Rules, UnusableClue
from surveys.models import Department, Theme, ThemeRule

MAY_RULE = "surveys.change_themerule"
ADOPTING = 7_210_041


class UnusableRule(Refusal):
    code = "unusable-theme-rule"
    title = _("These words cannot be used as a rule.")
    status = 422


class RuleChanged(Refusal):
    code = "theme-rule-changed"
    title = _("Somebody else has changed this rule meanwhile. Nothing was saved.")


def in_force() -> Rules:
    """The rules as they stand, by the theme's short name. Two queries."""
    by_theme: dict[int, dict[str, Sequence[Clue]]] = {}
    for rule in ThemeRule.objects.filter(ended_at=None):
        by_theme.setdefault(rule.theme_id, {})[rule.language] = theming.clues(rule.words)
    themes = Theme.objects.order_by("position", "pk").values_list("pk", "slug")
    return Rules(themes={slug: by_theme.get(pk, {}) for pk, slug in themes})


@transaction.atomic
def adopt(*, at: datetime, by: User | None = None) -> Sequence[Theme]:
    """Make the ready departments, themes and rules that are missing; what stands already is left alone.

    May be repeated, and run beside itself: one at a time holds the lock.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADOPTING])
    departments = _departments()
    known = set(Theme.objects.values_list("slug", flat=True))
    lacking = [(place, one) for place, one in enumerate(ready.themes(), 1) if one.slug not in known]
    made = Theme.objects.bulk_create(
        Theme(slug=one.slug, names=one.names, department=departments[one.department], position=place)
        for place, one in lacking
    )
    ThemeRule.objects.bulk_create(
        ThemeRule(theme=theme, language=language, words=written(clues), written_by=by, written_at=at)
        for theme, (_place, one) in zip(made, lacking, strict=True)
        for language, clues in one.by_language().items()
    )
    return made


@transaction.atomic
def rewrite(
    theme: Theme, *, language: str, lines: Sequence[str], seen: int | None, by: User, at: datetime
) -> ThemeRule | None:
    """Put a rule in place of the one that was `seen` (its id; None: there was none). No lines: there is none any more.

    Saying again what stands changes nothing. Locks the theme.

    Raises:
        UnusableRule: with a pointer to each line; nothing changes.
        RuleChanged: another one stands now; nothing changes.
    """
    clues = read(lines)
    Theme.objects.select_for_update().get(pk=theme.pk)
    standing = ThemeRule.objects.filter(theme=theme, language=language, ended_at=None).first()
    if (standing.pk if standing else None) != seen:
        raise RuleChanged
    if standing and standing.words == written(clues):
        return standing
    if standing:
        standing.ended_at = at
        standing.save(update_fields=["ended_at"])
    if not clues:
        return None
    return ThemeRule.objects.create(
        theme=theme, language=language, words=written(clues), written_by=by, written_at=at
    )


def read(lines: Sequence[str]) -> Sequence[Clue]:
    """Raises UnusableRule, with a pointer to each line."""
    faults = [
        Fault(pointer=f"/{number}", detail=_("Write the beginning of one word, or of up to four in a row."))
        for number, line in enumerate(lines)
        if line.strip() and not _is_usable(line)
    ]
    if len(lines) > MOST_CLUES:
        faults.append(Fault(pointer="", detail=_("These are too many words for one theme.")))
    if faults:
        raise UnusableRule(*faults)
    return theming.clues(lines)


def written(clues: Sequence[Clue]) -> list[str]:
    return [str(clue) for clue in clues]


def with_rule(rules: Rules, *, theme: str, language: str, clues: Sequence[Clue]) -> Rules:
    """As they would be with this rule of one theme in one language."""
    its: Mapping[str, Sequence[Clue]] = {**rules.themes.get(theme, {}), language: clues}
    return Rules(themes={**rules.themes, theme: its})


def _is_usable(line: str) -> bool:
    try:
        theming.clue(line)
    except UnusableClue:
        return False
    return True


def _departments() -> Mapping[str, Department]:
    known = {one.slug: one for one in Department.objects.all()}
    has_the_rest = any(one.takes_the_rest for one in known.values())
    lacking = [one for one in ready.departments() if one.slug not in known]
    made = Department.objects.bulk_create(
        Department(
            slug=one.slug,
            names=one.names,
            answer_within_hours=one.answer_within_hours,
            takes_the_rest=one.takes_the_rest and not has_the_rest,
        )
        for one in lacking
    )
    return known | {one.slug: one for one in made}
