"""Playing a script in a ticket: begin, go on by a choice, go back, end.

What a step does is done when one goes on from it: it was shown before. It is done once in a run, however often one
comes back to it. What cannot be done leaves the run where it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm import company, rules
from crm.errors import Refusal
from crm.models import User
from support import changing, macro_actions
from support.answering import noting
from support.models import Script, ScriptRun, ScriptRunStep, ScriptVersion, Ticket
from support.scripts import content
from support.scripts.content import Choice, Content, Step
from support.scripts.variables import About, say

By, Outcome = ScriptRunStep.By, ScriptRun.Outcome


class NotPlayed(Refusal):
    code = "script-not-published"
    title = _("This script is not in use.")
    status = 404


class NotYourRun(Refusal):
    code = "not-your-script-run"
    title = _("A colleague plays this script. Begin it yourself.")
    status = 403


class ScriptIsOver(Refusal):
    code = "script-is-over"
    title = _("This script is over.")


class ScriptMoved(Refusal):
    code = "script-moved"
    title = _("The script stands at another step by now. Look where it is.")


class NoSuchChoice(Refusal):
    code = "no-such-choice"
    title = _("This step does not offer that.")
    status = 422


class MayNotAct(Refusal):
    code = "may-not-do-step"
    title = _("This step does something that you may not do.")
    status = 403


class Standing(NamedTuple):
    """Where a run stands: the script as it is played, and the steps that led here. The last of them is now."""

    content: Content
    path: Sequence[str]

    @property
    def step(self) -> Step:
        """A published version never changes, so its steps are always there."""
        return next(step for step in self.content.steps if step.key == self.path[-1])


def open_run(ticket: Ticket, *, by: User) -> ScriptRun | None:
    """The one this colleague is playing in this ticket. One query."""
    its = ScriptRun.objects.open().filter(ticket=ticket, agent=by)
    return its.select_related("version__script").first()


def standing(run: ScriptRun) -> Standing:
    """One query."""
    return Standing(content.read(run.version.content), _path(run.path.order_by("turn")))


def offered(step: Step, ticket: Ticket, *, at: datetime) -> list[tuple[int, Choice]]:
    """The choices whose conditions hold, each with its number in the step."""
    clock = company.current().clock
    return [
        (number, choice)
        for number, choice in enumerate(step.choices)
        if choice.when is None or rules.holds(choice.when, "ticket", ticket, at=at, clock=clock)
    ]


@transaction.atomic
def start(
    script: Script,
    *,
    ticket: Ticket,
    by: User,
    key: str,
    at: datetime,
    language: str = "",
    suggested: str = "",
) -> ScriptRun:
    """Play the published version, once per `key`, in the ticket's language unless another is named.

    Whatever this colleague was playing in the ticket is stopped. Locks the customer's row, then the ticket's.

    Raises:
        NotPlayed: nothing begins.
    """
    held = changing.hold(ticket)
    key = f"{by.pk}:{key}"
    if standing_one := ScriptRun.objects.filter(key=key).first():
        return standing_one
    version = _published(script, at)
    if before := open_run(held.ticket, by=by):
        _close(before, Outcome.STOPPED, at=at)
    run = ScriptRun.objects.create(
        ticket=held.ticket,
        version=version,
        agent=by,
        language=language or held.ticket.language or "en",
        channel=held.ticket.channel,
        suggested=suggested,
        started_at=at,
        key=key,
    )
    first = content.read(version.content).start
    ScriptRunStep.objects.create(run=run, turn=1, step=first, came_by=By.START, at=at)
    changing.happen(held.ticket, "script_played", by=by, at=at, script=script.names)
    return run


@transaction.atomic
def go(run: ScriptRun, *, choice: int, by: User, at: datetime, turn: int) -> ScriptRun:
    """Do what the step does, and take one of its choices. `turn`: what the colleague saw; the same again: once.

    A step without words at the end of the way ends the run. Locks the colleague's row (points may be among what is
    done), the customer's, the ticket's, then the run's.

    Raises:
        NotYourRun, ScriptIsOver, ScriptMoved, NoSuchChoice, UnusableMacro, MayNotAct, ValueMissing, and whatever an
        action refuses with: nothing is done, the run stands where it was.
    """
    playing = _Playing(run, by)
    if playing.went(turn, choice):
        return playing.run
    playing.refuse_past(turn)
    taken = dict(offered(playing.step, playing.ticket, at=at)).get(choice)
    if taken is None:
        raise NoSuchChoice
    playing.act(at=at)
    playing.move(taken.next, By.CHOICE, choice=choice, at=at)
    if playing.step.is_end and not playing.step.texts:
        _close(playing.run, Outcome(playing.step.outcome), at=at)
    return playing.run


@transaction.atomic
def back(run: ScriptRun, *, by: User, at: datetime, turn: int) -> ScriptRun:
    """To the step before. What was done stays done. From the first step, or again: nothing changes. Locks as `go`.

    Raises:
        NotYourRun, ScriptIsOver, ScriptMoved.
    """
    playing = _Playing(run, by)
    if playing.went(turn, None):
        return playing.run
    playing.refuse_past(turn)
    if len(playing.path) > 1:
        playing.move(playing.path[-2], By.BACK, choice=None, at=at)
    return playing.run


@transaction.atomic
def end(run: ScriptRun, *, by: User, at: datetime) -> ScriptRun:
    """Close it: at its end with the outcome that stands there, before it as stopped. Again: nothing. Locks as `go`.

    Raises:
        NotYourRun, and what an action of the end refuses with.
    """
    playing = _Playing(run, by)
    if playing.run.ended_at:
        return playing.run
    if playing.step.is_end:
        playing.act(at=at)
    outcome = playing.step.outcome if playing.step.is_end else ""
    return _close(playing.run, Outcome(outcome or Outcome.STOPPED), at=at)


@transaction.atomic
def resume(run: ScriptRun, *, by: User) -> ScriptRun:
    """It was stopped by mistake: it stands again where it stood. Again, or while another is played: nothing changes.

    Locks as `go`.

    Raises:
        NotYourRun.
    """
    playing = _Playing(run, by)
    is_free = open_run(playing.ticket, by=by) is None
    if playing.run.outcome == Outcome.STOPPED and is_free:
        playing.run.ended_at, playing.run.outcome = None, ""
        playing.run.save(update_fields=["ended_at", "outcome"])
    return playing.run


class _Playing:
    """A run under its locks: where it stands, and what may happen from there."""

    def __init__(self, run: ScriptRun, by: User) -> None:
        if run.agent_id != by.pk:
            raise NotYourRun
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        self.ticket = changing.hold(run.ticket).ticket
        rows = ScriptRun.objects.select_for_update(no_key=True, of=("self",))
        self.run = rows.select_related("version", "agent").get(pk=run.pk)
        self.content = content.read(self.run.version.content)
        self.rows = list(self.run.path.order_by("turn"))

    @property
    def path(self) -> list[str]:
        return _path(self.rows)

    @property
    def step(self) -> Step:
        return Standing(self.content, self.path).step

    def went(self, turn: int, choice: int | None) -> bool:
        """The very same move was made already: a form that was sent twice."""
        last = self.rows[-1]
        way = By.BACK if choice is None else By.CHOICE
        return self.run.turn == turn + 1 and last.came_by == way and last.choice == choice

    def refuse_past(self, turn: int) -> None:
        if self.run.ended_at:
            raise ScriptIsOver
        if self.run.turn != turn:
            raise ScriptMoved(turn=self.run.turn)

    def act(self, *, at: datetime) -> None:
        """All that the step does, or nothing of it; once in the run."""
        step, by = self.step, self.run.agent
        actions = macro_actions.read(list(step.actions))
        if self._is_done(step.key):
            return
        if not all(by.has_perm(action.permission) for action in actions):
            raise MayNotAct
        key = f"script:{self.run.pk}:{step.key}"
        if step.kind == "note":
            self._note(step, key=f"{key}:note", at=at)
        for number, action in enumerate(actions):
            action.do(self.ticket, by=by, key=f"{key}:{number}", at=at)
        self.ticket = Ticket.objects.select_related("customer").get(pk=self.ticket.pk)

    def move(self, key: str, came_by: str, *, choice: int | None, at: datetime) -> None:
        self.run.turn += 1
        self.run.save(update_fields=["turn"])
        row = ScriptRunStep.objects.create(
            run=self.run, turn=self.run.turn, step=key, came_by=came_by, choice=choice, at=at
        )
        self.rows.append(row)

    def _is_done(self, key: str) -> bool:
        """Somebody went on from it before."""
        ways = zip(self.rows, self.rows[1:], strict=False)
        return any(row.step == key and following.came_by == By.CHOICE for row, following in ways)

    def _note(self, step: Step, *, key: str, at: datetime) -> None:
        language = self.run.agent.language or self.run.language
        words = say(step.text_in(language), About(self.ticket, self.run.agent, at), language=language)
        noting.write_note(self.ticket, text=words, by=self.run.agent, key=key, at=at)


def _path(rows: Iterable[ScriptRunStep]) -> list[str]:
    """The steps from the beginning to where it stands; what was gone back from is not among them."""
    path: list[str] = []
    for row in rows:
        if row.came_by == By.BACK:
            path.pop()
        else:
            path.append(row.step)
    return path


def _published(script: Script, at: datetime) -> ScriptVersion:
    if script.ended_at and script.ended_at <= at:
        raise NotPlayed
    found = ScriptVersion.objects.filter(script=script, state=ScriptVersion.State.PUBLISHED).first()
    if found is None:
        raise NotPlayed
    return found


def _close(run: ScriptRun, outcome: str, *, at: datetime) -> ScriptRun:
    run.ended_at, run.outcome = at, outcome
    run.save(update_fields=["ended_at", "outcome"])
    return run
