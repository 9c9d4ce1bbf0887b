"""What a colleague sees of a script they play: where it stands, what to say, and what will happen before it does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import get_language

from crm import abilities
from crm.content_reading import in_language
from crm.errors import Refusal
from crm.models import User
from support import macro_actions
from support.answering.macros import Step as Foretold
from support.answering.macros import foretold
from support.macro_actions import MacroAction
from support.macro_actions.give_points import GivePoints
from support.models import ScriptRun, Ticket
from support.scripts import content, playing
from support.scripts.content import Content, Step
from support.scripts.variables import About, say

SPOKEN_CHANNEL = "phone"


@dataclass(frozen=True, kw_only=True)
class Way:
    """A choice, and the digit by which it is taken. An empty label simply goes on."""

    digit: int
    choice: int
    label: str


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """`words` are for the customer, `instruction` for the colleague; `refusal`: why the words cannot be filled in.

    `points_left`: what the colleague may still give today, where the step or the next one gives points.
    """

    run: ScriptRun
    step: Step
    path: Sequence[str]
    title: str
    words: str = ""
    instruction: str = ""
    refusal: str | Promise = ""
    is_aloud: bool = False
    ways: Sequence[Way] = ()
    deeds: Sequence[Foretold] = ()
    deeds_ahead: Sequence[Foretold] = ()
    points_left: int | None = None
    outcome: str | Promise = ""
    tone: str | Promise = ""

    @property
    def can_insert(self) -> bool:
        return bool(self.words) and not self.is_aloud


def prompt_of(ticket: Ticket, *, by: User, at: datetime) -> Prompt | None:
    """Of the script that this colleague plays in this ticket. One query where they play none."""
    run = playing.open_run(ticket, by=by)
    return _prompt(run, ticket, at) if run else None


def _prompt(run: ScriptRun, ticket: Ticket, at: datetime) -> Prompt:
    its = playing.standing(run)
    step, reader = its.step, (get_language() or "en")[:2]
    words, refusal = _words(step, run, About(ticket, run.agent, at))
    ways = list(_ways(step, ticket, reader, at))
    acts = _actions(step)
    ahead = _actions(_only_next(its.content, step, ways))
    spoken = step.is_spoken or step.is_end
    return Prompt(
        run=run,
        step=step,
        path=[_title(its.content, key, reader) for key in its.path],
        title=step.title_in(reader),
        words=words if spoken else "",
        instruction="" if spoken else words,
        refusal=refusal,
        is_aloud=run.channel == SPOKEN_CHANNEL,
        ways=ways,
        deeds=foretold(acts, by=run.agent),
        deeds_ahead=foretold(ahead, by=run.agent),
        points_left=_points_left([*acts, *ahead], ticket, run.agent, at),
        tone=content.TONES.get(step.tone, "") if step.is_spoken else "",
        outcome=content.OUTCOMES.get(step.outcome, "") if step.is_end else "",
    )


def _words(step: Step, run: ScriptRun, about: About) -> tuple[str, str | Promise]:
    """In the customer's language where they are for the customer, else in the colleague's."""
    is_theirs = step.is_spoken or step.is_end
    language = run.language if is_theirs else (get_language() or run.language)
    text = step.text_in(language, run.channel)
    if not text:
        return "", ""
    try:
        return say(text, about, language=language), ""
    except Refusal as refused:
        return "", refused.title


def _ways(step: Step, ticket: Ticket, reader: str, at: datetime) -> Iterator[Way]:
    offered = playing.offered(step, ticket, at=at)
    for digit, (number, choice) in enumerate(offered, 1):
        yield Way(digit=digit, choice=number, label=in_language(choice.label, reader))


def _only_next(script: Content, step: Step, ways: Sequence[Way]) -> Step | None:
    """Where the way does not part, what comes next is told."""
    return script.step(step.choices[ways[0].choice].next) if len(ways) == 1 else None


def _title(script: Content, key: str, reader: str) -> str:
    step = script.step(key)
    return step.title_in(reader) if step else key


def _actions(step: Step | None) -> list[MacroAction]:
    """Of what was published some may be gone since: that is said when one goes on."""
    try:
        return macro_actions.read(list(step.actions)) if step else []
    except macro_actions.UnusableMacro:
        return []


def _points_left(actions: Sequence[MacroAction], ticket: Ticket, by: User, at: datetime) -> int | None:
    if not any(isinstance(action, GivePoints) for action in actions):
        return None
    offers = abilities.offers_goodwill()(ticket.customer, by=by, at=at)
    return next((offer.left for offer in offers if offer.pool_id is None), 0)
