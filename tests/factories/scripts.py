"""A script that passes every check, small enough to be read: hear, find out, make up for it or pass it on."""

from __future__ import annotations

from typing import Any

from support.models import Scenario, Script, ScriptVersion
from tests.factories.shops import NOON


def words(english: str, russian: str = "", bulgarian: str = "") -> dict[str, str]:
    return {"en": english, "ru": russian or f"{english} (ru)", "bg": bulgarian or f"{english} (bg)"}


def said(english: str, **channels: str) -> dict[str, dict[str, str]]:
    return {language: {"any": text, **channels} for language, text in words(english).items()}


def step(key: str, kind: str = "say", *choices: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "key": key,
        "kind": kind,
        "title": words(key.title()),
        "texts": {} if kind == "end" else said(f"Words of {key}."),
        "choices": list(choices),
        **more,
    }


def choice(to: str, label: str = "", **more: Any) -> dict[str, Any]:
    return {"next": to, "label": words(label) if label else {}, **more}


def content() -> dict[str, Any]:
    hello = said("I am sorry, {{ customer.first_name|dear customer }}.")
    points = [{"kind": "give_points", "settings": {"points": 50, "reason": "Late"}}]
    given = said("We gave you {{ points.given }}. This is {{ agent.name }}.")
    return {
        "start": "hear",
        "steps": [
            step("hear", "ask", choice("look"), texts=hello, must_say=True, tone="calm"),
            step("look", "check", choice("give", "It is late"), choice("pass", "They want more")),
            step("give", "action", choice("tell"), actions=points),
            step("tell", "say", choice("done"), texts=given),
            step("pass", "note", choice("passed")),
            step("done", "end", outcome="solved"),
            step("passed", "end", outcome="escalated"),
        ],
    }


def scenario(slug: str = "late-parcel") -> Scenario:
    found, _made = Scenario.objects.get_or_create(slug=slug, defaults={"names": words("Late parcel")})
    return found


def script(slug: str = "late-parcel", **more: Any) -> Script:
    told = {"names": words("Late parcel"), "scenario": scenario(), "shortcut": slug, "folder": "Delivery"}
    return Script.objects.create(slug=slug, **{**told, **more})


def draft(its: Script | None = None, **more: Any) -> ScriptVersion:
    told = {"number": 1, "content": content(), "written_at": NOON}
    return ScriptVersion.objects.create(script=its or script(), **{**told, **more})


def published(its: Script | None = None, **more: Any) -> ScriptVersion:
    """Approved by nobody in particular: a row, for tests about what comes after."""
    told = {"state": "published", "approved_at": NOON, "published_at": NOON, **more}
    return draft(its, **told)
