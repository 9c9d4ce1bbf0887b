"""The agents' pages, inside the admin."""

from django.contrib import admin
from django.urls import path, re_path

from support.pages import (
    about,
    actions,
    beginning,
    bot,
    calls,
    inbox,
    joining,
    kindness,
    lead,
    macros,
    playing,
    pulse,
    splitting,
    ticket,
    waiting,
)

app_name = "support"
urlpatterns = [
    path("tickets/", admin.site.admin_view(inbox.page), name="inbox"),
    path("tickets/news/", admin.site.admin_view(inbox.news), name="inbox-news"),
    path("tickets/new/", admin.site.admin_view(beginning.new), name="new"),
    path("tickets/team/", admin.site.admin_view(lead.page), name="lead"),
    path("tickets/shift/", admin.site.admin_view(lead.shift), name="shift"),
    path("tickets/<int:pk>/reviews/<int:agent_pk>/", admin.site.admin_view(lead.review), name="review"),
    path("tickets/views/", admin.site.admin_view(inbox.views), name="views"),
    path("tickets/views/<int:pk>/removal/", admin.site.admin_view(inbox.view_removal), name="view-removal"),
    re_path(r"^tickets/export\.(csv|xlsx)$", admin.site.admin_view(inbox.export), name="export"),
    path("tickets/<int:pk>/", admin.site.admin_view(ticket.page), name="ticket"),
    path("tickets/<int:pk>/pulse/", admin.site.admin_view(pulse.pulse), name="pulse"),
    path("tickets/<int:pk>/replies/", admin.site.admin_view(actions.replies), name="replies"),
    path("tickets/<int:pk>/draft/", admin.site.admin_view(actions.draft), name="draft"),
    path("tickets/<int:pk>/assignment/", admin.site.admin_view(actions.assignment), name="assignment"),
    path("tickets/<int:pk>/state/", admin.site.admin_view(actions.state), name="state"),
    path("tickets/<int:pk>/labels/", admin.site.admin_view(actions.labels), name="labels"),
    path("tickets/<int:pk>/orders/", admin.site.admin_view(about.orders), name="orders"),
    path("tickets/<int:pk>/snooze/", admin.site.admin_view(waiting.snooze), name="snooze"),
    path("tickets/<int:pk>/promises/", admin.site.admin_view(waiting.promises), name="promises"),
    path(
        "tickets/<int:pk>/promises/<int:promise_pk>/end/",
        admin.site.admin_view(waiting.promise_end),
        name="promise-end",
    ),
    path("tickets/<int:pk>/side/", admin.site.admin_view(ticket.side), name="side"),
    path("tickets/<int:pk>/gifts/", admin.site.admin_view(kindness.gifts), name="gifts"),
    path("tickets/<int:pk>/questions/", admin.site.admin_view(kindness.questions), name="questions"),
    path(
        "tickets/<int:pk>/questions/<int:question_pk>/",
        admin.site.admin_view(kindness.question),
        name="question",
    ),
    path(
        "tickets/<int:pk>/identity-check/",
        admin.site.admin_view(kindness.identity_check),
        name="identity-check",
    ),
    path("tickets/<int:pk>/macros/", admin.site.admin_view(macros.choice), name="macros"),
    path("tickets/<int:pk>/macros/run/", admin.site.admin_view(macros.run), name="macro-run"),
    path("tickets/<int:pk>/scripts/", admin.site.admin_view(playing.choice), name="scripts-to-play"),
    path(
        "tickets/<int:pk>/scripts/suggestion/",
        admin.site.admin_view(playing.suggestion),
        name="script-suggestion",
    ),
    path("tickets/<int:pk>/scripts/start/", admin.site.admin_view(playing.start), name="script-start"),
    path(
        "tickets/<int:pk>/scripts/<int:run_pk>/step/", admin.site.admin_view(playing.step), name="script-step"
    ),
    path(
        "tickets/<int:pk>/scripts/<int:run_pk>/words/",
        admin.site.admin_view(playing.words),
        name="script-words",
    ),
    path("tickets/<int:pk>/scripts/<int:run_pk>/end/", admin.site.admin_view(playing.end), name="script-end"),
    path("tickets/<int:pk>/merger/", admin.site.admin_view(joining.merger), name="merger"),
    path("tickets/<int:pk>/parting/", admin.site.admin_view(joining.parting), name="parting"),
    path("tickets/<int:pk>/splitting/", admin.site.admin_view(splitting.page), name="splitting"),
    path("tickets/<int:pk>/files/<str:token>/", admin.site.admin_view(ticket.file), name="file"),
    path(
        "tickets/<int:pk>/messages/<int:message_pk>/quoted/",
        admin.site.admin_view(ticket.quoted),
        name="quoted",
    ),
    path(
        "tickets/<int:pk>/messages/<int:message_pk>/original/",
        admin.site.admin_view(ticket.original),
        name="original",
    ),
    path(
        "tickets/<int:pk>/messages/<int:message_pk>/withdrawal/",
        admin.site.admin_view(actions.withdrawal),
        name="withdrawal",
    ),
    path(
        "tickets/<int:pk>/messages/<int:message_pk>/certainty/",
        admin.site.admin_view(actions.certainty),
        name="certainty",
    ),
    path(
        "tickets/<int:pk>/messages/<int:message_pk>/letting-in/",
        admin.site.admin_view(joining.let_in),
        name="letting-in",
    ),
    path(
        "tickets/<int:pk>/messages/<int:message_pk>/sending-away/",
        admin.site.admin_view(joining.send_away),
        name="sending-away",
    ),
    path("support/bot/", admin.site.admin_view(bot.page), name="bot"),
    path("support/bot/duty/<int:pk>/", admin.site.admin_view(bot.on_duty), name="bot-duty"),
    path("support/bot/questions/<int:pk>/article/", admin.site.admin_view(bot.article), name="bot-article"),
    path("support/bot/questions/<int:pk>/words/", admin.site.admin_view(bot.words), name="bot-words"),
    path("support/bot/questions/<int:pk>/settled/", admin.site.admin_view(bot.settled), name="bot-settled"),
    path("calls/ringing/", admin.site.admin_view(calls.ringing), name="ringing"),
]
