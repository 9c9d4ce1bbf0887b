"""Ready scripts made a company's own: drafts, judged by another person and changed like any others."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from crm.content_reading import in_language
from crm.models import User
from support.models import Scenario, Script, ScriptVersion, Topic
from support.scripts import ready
from support.scripts.ready import ReadyScript


def missing() -> list[ReadyScript]:
    """Those that the company does not have, by their short names. One query."""
    known = set(Script.objects.values_list("slug", flat=True))
    return [its for its in ready.scripts() if its.slug not in known]


@transaction.atomic
def adopt(*, language: str, by: User | None, at: datetime) -> list[ScriptVersion]:
    """Make drafts of those that are missing, with `language` for what colleagues write to each other.

    May be repeated: what stands already is left alone, whatever became of it, its scenario as well. Two at once: the
    later one adds nothing, or fails on the unique short name and changes nothing.
    """
    return [_draft(its, language=language, by=by, at=at) for its in missing()]


def _draft(its: ReadyScript, *, language: str, by: User | None, at: datetime) -> ScriptVersion:
    script = Script.objects.create(
        slug=its.slug,
        names=its.names,
        scenario=_scenario(its),
        folder=in_language(its.folder, language),
        shortcut=its.slug,
        suggest_when=its.suggest_when,
    )
    return ScriptVersion.objects.create(
        script=script, number=1, content=its.tree(language), written_by=by, written_at=at
    )


def _scenario(its: ReadyScript) -> Scenario:
    defaults = {"names": its.names, "words": its.words, "position": ready.scripts().index(its)}
    scenario, is_new = Scenario.objects.get_or_create(slug=its.slug, defaults=defaults)
    if is_new:
        scenario.topics.set(Topic.objects.filter(slug__in=its.topics))
    return scenario
