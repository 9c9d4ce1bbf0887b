"""The answer bot for a shop's own chat: a session for each conversation, an answer to each thing that is said in it.

Only the shop's server asks: its key is the proof that the customer is who it says, where it says so.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.serializers import ListField

from crm.api import fields
from crm.api.orders import known_customer
from crm.api.shapes import PageQuery, Request, View, page_of, show
from crm.api.views import ApiView, Operation
from crm.errors import PersonErased, UnknownCustomer
from support.bot import sessions
from support.bot.sessions import SessionOfAnother
from support.models import BotConversation, BotTurn

LONGEST = 4000


class SessionRequest(Request):
    customer = fields.WholeField()
    external_id = fields.TextField(max_length=64, help_text="Its id in your system: a session begins once.")
    is_signed_in = fields.FlagField(
        required=False,
        default=False,
        help_text="Your server knows who this is: only then the bot looks into the account.",
    )
    language = fields.ChoiceField(
        required=False, allow_blank=True, default="", choices=[code for code, _name in settings.LANGUAGES]
    )


class SaidRequest(Request):
    external_id = fields.TextField(max_length=64, help_text="Its id in your system: it is heard once.")
    text = fields.TextField(max_length=LONGEST, help_text="What the customer said.")


class SessionView(View):
    session = fields.TextField(source="key", help_text="What the conversation is called here.")
    customer = fields.WholeField(source="customer_id")
    state = fields.ChoiceField(choices=list(BotConversation.State.values))
    language = fields.TextField()
    started_at = fields.MomentField()
    ticket = fields.WholeField(source="ticket_id", allow_null=True)


class AnswerView(View):
    id = fields.WholeField()
    external_id = fields.TextField()
    asked = fields.TextField()
    kind = fields.TextField(
        allow_blank=True,
        help_text="article, tool, asked_back, greeting, thanks, confirmed or handed_over: a colleague has it.",
    )
    text = fields.TextField(
        source="said", allow_blank=True, help_text="What to show; empty once a colleague has it."
    )
    given = fields.TextField(
        allow_blank=True, help_text="The short name of the article, or `tool:` and the tool’s."
    )
    choices = ListField(
        child=fields.TextField(), source="choices_offered", help_text="To be shown as buttons."
    )
    asked_at = fields.MomentField()


EXAMPLE = {"customer": 17, "external_id": "chat-501", "is_signed_in": True, "language": "bg"}
ANSWER_EXAMPLE = {
    "session": "Jt3mWq8s5nK1xZ0aYvE7hRbU4pLc2gTd",
    "customer": 17,
    "state": "talking",
    "language": "bg",
    "started_at": "2026-03-02T12:00:00Z",
    "ticket": None,
}
SAID_EXAMPLE = {"external_id": "chat-501-1", "text": "Колко точки имам?"}
SAID_ANSWER_EXAMPLE = {
    "id": 88,
    "external_id": "chat-501-1",
    "asked": "Колко точки имам?",
    "kind": "tool",
    "text": "Имате 240 точки.",
    "given": "tool:balance",
    "choices": [],
    "asked_at": "2026-03-02T12:00:05Z",
}


class BotSessions(ApiView):
    operations = {
        "POST": Operation(
            summary="Begin a conversation with the answer bot",
            scope="bot:write",
            takes=SessionRequest,
            gives=SessionView,
            status=201,
            refusals=(UnknownCustomer, SessionOfAnother, PersonErased),
            example=EXAMPLE,
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def post(self, request: ApiRequest) -> HttpResponse:
        told = self.read_body()
        customer = known_customer(told["customer"])

        def begin(at: datetime) -> Any:
            talk = sessions.begin(
                customer,
                shop=self.shop,
                external_id=told["external_id"],
                language=told["language"],
                is_proved=told["is_signed_in"],
                at=at,
            )
            return show(SessionView, talk)

        return self.once(begin)


class OneBotSession(ApiView):
    operations = {
        "GET": Operation(
            summary="Read how a conversation with the bot stands",
            scope="bot:read",
            gives=SessionView,
            answer_example=ANSWER_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest, key: str) -> Response:
        return Response(show(SessionView, _talk(self, key)))


class BotMessages(ApiView):
    operations = {
        "GET": Operation(
            summary="Read what was said in a conversation with the bot",
            scope="bot:read",
            asks=PageQuery,
            gives=page_of(AnswerView),
            answer_example={"items": [SAID_ANSWER_EXAMPLE], "next_cursor": None},
        ),
        "POST": Operation(
            summary="Tell what the customer said, and get the bot’s answer",
            scope="bot:write",
            takes=SaidRequest,
            gives=AnswerView,
            status=201,
            refusals=(PersonErased,),
            example=SAID_EXAMPLE,
            answer_example=SAID_ANSWER_EXAMPLE,
        ),
    }

    def get(self, request: ApiRequest, key: str) -> Response:
        return self.page(BotTurn.objects.filter(conversation=_talk(self, key)), AnswerView)

    def post(self, request: ApiRequest, key: str) -> HttpResponse:
        told = self.read_body()
        talk = _talk(self, key)

        def hear(at: datetime) -> Any:
            turn = sessions.say(talk, external_id=told["external_id"], text=told["text"], at=at)
            return show(AnswerView, turn)

        return self.once(hear)


def _talk(view: ApiView, key: str) -> BotConversation:
    found = BotConversation.objects.filter(shop=view.shop, key=key).exclude(key="").first()
    if found is None:
        raise Http404
    return found
