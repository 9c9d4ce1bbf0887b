"""The desk's addresses: nouns only."""

from collections.abc import Sequence

from django.urls import URLPattern, path

from support.api.articles import Articles, ArticleSearch, ArticleVotes, OneArticle
from support.api.bot import BotMessages, BotSessions, OneBotSession
from support.api.incidents import IncidentEvents, Incidents, OneIncident
from support.api.returns import OneReturnCase, ReturnCaseEvents, ReturnCases
from support.api.scripts import OneScript, Scripts, TicketScript
from support.api.tickets import OneTicket, TicketMessages, Tickets

app_name = "support-api"
urlpatterns: Sequence[URLPattern] = [
    path("articles/", Articles.as_view(), name="articles"),
    path("articles/search/", ArticleSearch.as_view(), name="article-search"),
    path("articles/<slug:slug>/", OneArticle.as_view(), name="article"),
    path("articles/<slug:slug>/votes/", ArticleVotes.as_view(), name="article-votes"),
    path("bot/sessions/", BotSessions.as_view(), name="bot-sessions"),
    path("bot/sessions/<slug:key>/", OneBotSession.as_view(), name="bot-session"),
    path("bot/sessions/<slug:key>/messages/", BotMessages.as_view(), name="bot-messages"),
    path("incidents/", Incidents.as_view(), name="incidents"),
    path("incidents/<int:pk>/", OneIncident.as_view(), name="incident"),
    path("incidents/<int:pk>/events/", IncidentEvents.as_view(), name="incident-events"),
    path("returns/", ReturnCases.as_view(), name="returns"),
    path("returns/<int:pk>/", OneReturnCase.as_view(), name="return"),
    path("returns/<int:pk>/events/", ReturnCaseEvents.as_view(), name="return-events"),
    path("scripts/", Scripts.as_view(), name="scripts"),
    path("scripts/<slug:slug>/", OneScript.as_view(), name="script"),
    path("tickets/", Tickets.as_view(), name="tickets"),
    path("tickets/<int:pk>/", OneTicket.as_view(), name="ticket"),
    path("tickets/<int:pk>/messages/", TicketMessages.as_view(), name="ticket-messages"),
    path("tickets/<int:pk>/scripts/<slug:slug>/", TicketScript.as_view(), name="ticket-script"),
]
