"""A survey that passes every check, small enough to be read: a score, what was wrong where it is low, a word."""

from __future__ import annotations

from typing import Any

from surveys.models import Survey, SurveyVersion
from tests.factories.scripts import words
from tests.factories.shops import NOON


def question(key: str, kind: str = "text", *ways: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "key": key,
        "kind": kind,
        "text": words(f"Question {key}?"),
        "help": {},
        "is_required": False,
        "settings": {},
        "ways": list(ways),
        "then": None,
        **more,
    }


def way(to: str | None, op: str, value: Any = None) -> dict[str, Any]:
    return {"when": {"op": op} if value is None else {"op": op, "value": value}, "to": to}


def options(*keys: str) -> dict[str, Any]:
    return {"options": [{"key": key, "label": words(key.title())} for key in keys]}


def content() -> dict[str, Any]:
    """0 … 6 are asked what was wrong; everybody may add a word."""
    return {
        "title": words("How was it?"),
        "thanks": words("Thank you!"),
        "start": "score",
        "questions": [
            question("score", "nps", way("wrong", "lte", 6), then="word", is_required=True),
            question("wrong", "multiple", settings=options("late", "cold", "rude"), then="word"),
            question("word", "text"),
        ],
    }


def only(kind: str, **settings: Any) -> dict[str, Any]:
    """A survey of one question, by name `score`."""
    its = [question("score", kind, settings=settings, is_required=True)]
    return {"title": words("One thing"), "thanks": words("Thank you!"), "start": "score", "questions": its}


def survey(slug: str = "how-was-it", **more: Any) -> Survey:
    told = {"names": words("How was it?"), "budget": Survey.Budget.TRANSACTIONAL}
    return Survey.objects.create(slug=slug, **{**told, **more})


def draft(its: Survey | None = None, **more: Any) -> SurveyVersion:
    told = {"number": 1, "content": content(), "written_at": NOON}
    return SurveyVersion.objects.create(survey=its or survey(), **{**told, **more})


def published(its: Survey | None = None, **more: Any) -> SurveyVersion:
    """What people are asked."""
    return draft(its, **{"state": "published", "published_at": NOON, **more})
