"""What the bot failed to answer, the same questions together: what to write an article about next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q

from support.bot.likening import features
from support.models import BotTurn

LOOKED_BACK = timedelta(days=30)
MOST_READ = 300
MOST_SHOWN = 40
# Questions are the same where they share at least so much of what both of them say.
ALIKE = 0.5
Reason, Kind = BotTurn.Reason, BotTurn.Kind
# “No, it did not help” is no question: the one before it is.
FAILED = Q(reason=Reason.NOT_KNOWN) | Q(reason=Reason.NO_HELP) & ~Q(kind=Kind.HANDED_OVER)


@dataclass
class Asked:
    """Questions that are alike, the latest first. `asked_last` is of the first one."""

    turns: list[BotTurn]
    says: frozenset[str] = field(repr=False, default=frozenset())

    @property
    def first(self) -> BotTurn:
        return self.turns[0]

    @property
    def others(self) -> Sequence[str]:
        """Other wordings, each once."""
        return list(
            dict.fromkeys(turn.question for turn in self.turns[1:] if turn.question != self.first.question)
        )[:8]


def asked(*, at: datetime) -> list[Asked]:
    """Of the last thirty days, what nobody has dealt with: the most frequent first. Two queries."""
    turns = BotTurn.objects.filter(
        FAILED, settled_at=None, asked_at__gt=at - LOOKED_BACK, conversation__customer__erased_at=None
    )
    latest = turns.select_related("conversation", "message").order_by("-pk")[:MOST_READ]
    groups = _together(turn for turn in latest if turn.question)
    return sorted(groups, key=lambda group: -len(group.turns))[:MOST_SHOWN]


def alike(turn: BotTurn, *, at: datetime) -> list[BotTurn]:
    """The questions that stand together with this one, itself among them."""
    for group in asked(at=at):
        if any(one.pk == turn.pk for one in group.turns):
            return group.turns
    return [turn]


def _together(turns: Iterable[BotTurn]) -> list[Asked]:
    groups: list[Asked] = []
    for turn in turns:
        says = frozenset(features(turn.question, language=turn.conversation.language))
        standing = next((group for group in groups if _are_alike(group.says, says)), None)
        if standing:
            standing.turns.append(turn)
        else:
            groups.append(Asked([turn], says))
    return groups


def _are_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one & other) and len(one & other) >= ALIKE * len(one | other)
