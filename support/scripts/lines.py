"""Words of scripts in answers: that they were put in, and how much of them was left when the answer went out."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from crm.models import Message, User
from crm.words import rendering
from support.models import ScriptLine, ScriptRun, Ticket
from support.scripts import content
from support.scripts.changed_words import changed


@transaction.atomic
def insert(run: ScriptRun, *, step: str, at: datetime) -> ScriptLine:
    """The words of a step came into the answer that is being written. Again before it is sent: once. No lock."""
    line, _is_new = ScriptLine.objects.get_or_create(
        run=run, step=step, message=None, defaults={"inserted_at": at}
    )
    return line


@transaction.atomic
def said(ticket: Ticket, message: Message, *, by: User) -> None:
    """An answer of this colleague goes out: what they put into it is compared with what it says. Again: nothing.

    The ticket is locked by the caller. One query where nothing was put in.
    """
    waiting = ScriptLine.objects.filter(run__ticket=ticket, run__agent=by, message=None)
    for line in waiting.select_related("run__version"):
        line.message, line.edited_ratio = message, changed(_offered(line), message.text)
        line.save(update_fields=["message", "edited_ratio"])


@transaction.atomic
def unsaid(message: Message) -> None:
    """The answer was taken back: its words are waiting to be sent again. Its ticket is locked by the caller."""
    ScriptLine.objects.filter(message=message).update(message=None, edited_ratio=None)


def _offered(line: ScriptLine) -> str:
    """As the script has it. What was filled into its gaps is the customer's, and nobody's editing."""
    step = content.read(line.run.version.content).step(line.step)
    text = step.text_in(line.run.language, line.run.channel) if step else ""
    return rendering.outside_gaps(text)
