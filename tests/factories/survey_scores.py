"""Answers by the dozen, as they are kept: for figures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import count
from typing import Any

from crm.models import Message
from surveys.models import Answer, Response, SurveyVersion
from tests.factories.channel_accounts import ChannelAccountFactory
from tests.factories.customers import CustomerFactory
from tests.factories.shops import NOON

SCALES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
_NUMBERS = count(1)


def answered(
    version: SurveyVersion,
    counts: Mapping[int, int],
    *,
    kind: str = "nps",
    at: datetime = NOON,
    aspect: str = "",
    direction: int = 1,
    text: str = "",
    **more: Any,
) -> list[Response]:
    """`counts`: how many answered what. `more`: of the responses. `text`: what each wrote beside it."""
    values = [value for value, many in counts.items() for _one in range(many)]
    told = {"language": "en", "channel": "email", "recorded_at": at, "settled_at": at, "source": "test"}
    responses = Response.objects.bulk_create(
        Response(version=version, answered_at=at, source_id=f"{next(_NUMBERS)}", **{**told, **more})
        for _value in values
    )
    low, high = SCALES[kind]
    for response, value in zip(responses, values, strict=True):
        scale = {"value": value, "scale_low": low, "scale_high": high, "direction": direction}
        _answer(response, question=f"{kind}-{aspect}", kind=kind, aspect=aspect, **scale)
        if text:
            _answer(response, question="word", kind="text", text=text)
    return responses


def sent(state: str, at: datetime = NOON) -> Message:
    """What somebody was asked by, and what became of it."""
    number = next(_NUMBERS)
    return Message.objects.create(
        customer=CustomerFactory(),
        account=ChannelAccountFactory(key=f"bot-{number}"),
        direction="out",
        author_kind="rule",
        state=state,
        identity_kind="telegram",
        address=f"{number}",
        source="test",
        source_id=f"{number}",
        occurred_at=at,
        recorded_at=at,
    )


def _answer(response: Response, **more: Any) -> Answer:
    return Answer.objects.create(
        response=response,
        wording="How was it?",
        language=response.language,
        answered_at=response.answered_at,
        **more,
    )
