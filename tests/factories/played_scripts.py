"""Scripts in use, to be played: their tree stands in the test, the rest is made up."""

from typing import Any

import factory

from support.models import Scenario, Script, ScriptVersion
from tests.factories.shops import NOON, UserFactory


class ScenarioFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Scenario

    slug = factory.Sequence(lambda n: f"scenario-{n}")
    names = factory.LazyAttribute(lambda its: {"en": its.slug.title()})


class ScriptFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Script

    slug = factory.Sequence(lambda n: f"script-{n}")
    names = factory.LazyAttribute(lambda its: {"en": its.slug.title()})
    shortcut = factory.SelfAttribute("slug")
    scenario = factory.SubFactory(ScenarioFactory)


def in_use(content: dict[str, Any], *, script: Script | None = None, **more: Any) -> Script:
    """A script with this tree published, in place of the version that was."""
    script = script or ScriptFactory(**more)
    before = script.versions.order_by("-number").first()
    script.versions.filter(state="published").update(state="retired", retired_at=NOON)
    ScriptVersion.objects.create(
        script=script,
        number=before.number + 1 if before else 1,
        state="published",
        content=content,
        content_hash="of a test",
        written_at=NOON,
        approved_by=UserFactory(),
        approved_at=NOON,
        published_at=NOON,
    )
    return script


def step(
    key: str, kind: str = "say", *ways: dict[str, Any] | str, text: str = "", **more: Any
) -> dict[str, Any]:
    """A step with words in English, and its choices: a key alone simply goes on there."""
    choices = [{"label": {}, "next": way} if isinstance(way, str) else way for way in ways]
    texts = {"en": {"any": text}} if text else {}
    return {
        "key": key,
        "kind": kind,
        "title": {"en": key.title()},
        "texts": texts,
        "choices": choices,
        **more,
    }


def way(label: str, to: str, when: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"label": {"en": label}, "next": to, "when": when}


def tree(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"start": steps[0]["key"], "steps": list(steps)}
