"""Who may open which page, and who may send its form. One line an address; roles in the order of config.roles."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.config.test_authorisation.world import CUSTOMER, HALF, KNOCKING, NOBODY, ROLES

# ── who ──────────────────────────────────────────────────────────────────────
NONE: frozenset[str] = frozenset()
ALL = frozenset(ROLES)
ADMIN = frozenset({"administrator"})
MANAGERS = ADMIN | {"manager"}
LEADS = MANAGERS | {"team lead"}
AGENTS = LEADS | {"agent"}
TILL = AGENTS | {"cashier"}
AT_TILL = MANAGERS | {"cashier"}
PLANNERS = MANAGERS | {"marketer"}
AUDIT = frozenset({"auditor"})
MARKETER = frozenset({"marketer"})
DRAFTERS = MANAGERS | MARKETER
SEGMENTS_READ = LEADS | PLANNERS | AUDIT
NOT_AT_THE_TILL = ALL - {"cashier"}
ANYBODY = frozenset(KNOCKING)
SIGNED_IN = ANYBODY - {NOBODY}
HALF_OR_SURE = ALL | {HALF}


@dataclass(frozen=True)
class Page:
    """`look` may GET it, `act` may POST to it; for the rest it is shut.

    `about` names what of the world fills the address. `foreign` are those who may also see a thing of a foreign shop
    (or a colleague's own thing); when it is not named, the thing belongs to the whole company. `leads_on` to another
    page, which asks by itself: here only a sign-in is asked for.
    """

    look: frozenset[str]
    act: frozenset[str] = NONE
    about: str = ""
    foreign: frozenset[str] | None = None
    leads_on: bool = False


# ── pages of our own ─────────────────────────────────────────────────────────
OURS = {
    "": Page(look=ANYBODY, act=NONE),
    "setup/": Page(look=NONE, act=NONE),  # the house is set up: the door is gone
    "logo/": Page(look=NONE),  # nobody gave one
    "invitations/<str:token>/": Page(look=ANYBODY, act=ANYBODY, about="token"),
    # Customers': whoever holds a card's token, or began to join in this browser. Here nobody did.
    "join/": Page(look=ANYBODY, act=ANYBODY),
    "join/code/": Page(look=NONE, act=NONE),
    "join/till/": Page(look=NONE, act=NONE),
    "ask/": Page(look=ANYBODY, act=ANYBODY),
    "ask/thanks/": Page(look=ANYBODY),
    "ask/suggestions/": Page(look=NONE, act=ANYBODY),
    "help/": Page(look=ANYBODY),
    "help/sitemap.xml": Page(look=ANYBODY),
    "help/files/<str:token>/": Page(look=NONE, about="word"),
    "help/<slug:slug>/": Page(look=ANYBODY, about="articleslug"),
    "help/<slug:slug>/reading/": Page(look=NONE, act=ANYBODY, about="articleslug"),
    "help/<slug:slug>/votes/": Page(look=NONE, act=ANYBODY, about="articleslug"),
    "order/<str:token>/": Page(look=NONE, about="word"),
    "order/<str:token>/return/": Page(look=NONE, about="word"),
    "order/<str:token>/return/<int:pk>/withdraw/": Page(look=NONE, about="word missing"),
    "returns/": Page(look=NONE),  # nobody published a policy
    "s/<str:token>/": Page(look=NONE, about="word"),
    "s/<str:token>/thanks/": Page(look=NONE, about="word"),
    "status/": Page(look=ANYBODY),
    "card/<str:token>/": Page(look=NONE, about="word"),
    "card/<str:token>/code/": Page(look=NONE, about="word"),
    "card/<str:token>/carts/": Page(look=NONE, act=NONE, about="word"),
    "card/<str:token>/carts/<int:pk>/withdrawals/": Page(look=NONE, act=NONE, about="word missing"),
    "card/<str:token>/link-codes/": Page(look=NONE, about="word"),
    # The programme's, at the till and in the office.
    "admin/crm/customer/<int:customer_pk>/memberships/": Page(look=NONE, act=TILL, about="customer"),
    "admin/loyalty/member/<int:pk>/": Page(look=TILL | AUDIT, about="member"),
    "admin/loyalty/member/<int:pk>/adjustments/": Page(look=NONE, act=AGENTS, about="member"),
    "admin/loyalty/member/<int:pk>/cards/": Page(look=NONE, act=TILL, about="member"),
    "admin/loyalty/member/<int:pk>/cards/<int:card_pk>/block/": Page(
        look=NONE, act=TILL, about="member card"
    ),
    "admin/loyalty/member/<int:pk>/link/": Page(look=NONE, act=TILL, about="member"),
    "admin/loyalty/counter/": Page(look=TILL | AUDIT),
    "admin/loyalty/joining/": Page(look=TILL),
    "admin/loyalty/joining/<int:pk>/confirmation/": Page(
        look=NONE, act=TILL, about="joiningrequest", foreign=AGENTS
    ),
    # The till page: members belong to every shop, purchases and slips to one.
    "till/": Page(look=AT_TILL),
    "till/shop/": Page(look=NONE, act=AT_TILL),
    "till/members/": Page(look=NONE, act=AT_TILL),
    "till/members/<int:pk>/": Page(look=AT_TILL, about="member"),
    "till/members/<int:pk>/purchases/": Page(look=NONE, act=AT_TILL, about="member"),
    "till/receipts/": Page(look=NONE, act=AT_TILL),
    "till/orders/<int:pk>/": Page(look=AT_TILL, about="order", foreign=MANAGERS),
    "till/orders/<int:pk>/returns/": Page(look=NONE, act=AT_TILL, about="order", foreign=MANAGERS),
    "till/offline/": Page(look=AT_TILL),
    "till/devices/": Page(look=NONE, act=AT_TILL),
    "till/replays/": Page(look=NONE),  # what is signed by a till is believed, whoever is signed in
    "till/worker.js": Page(look=ANYBODY),
    "till/slips/<int:pk>/": Page(look=AT_TILL, about="tilloperation", foreign=MANAGERS),
    # The desk: of a ticket of a team that is not theirs, whoever answers customers is told that there is none.
    "admin/tickets/": Page(look=AGENTS | AUDIT),
    "admin/tickets/news/": Page(look=AGENTS | AUDIT),
    "admin/tickets/new/": Page(look=AGENTS, act=AGENTS),
    "admin/tickets/team/": Page(look=LEADS),
    "admin/tickets/team/coverage/": Page(look=LEADS),
    "admin/tickets/team/praise/": Page(look=AGENTS),
    "admin/tickets/shift/": Page(look=NONE, act=AGENTS),
    "admin/tickets/<int:pk>/reviews/<int:agent_pk>/": Page(look=LEADS, act=LEADS, about="ticket user"),
    "admin/tickets/views/": Page(look=NONE, act=AGENTS | AUDIT),
    "admin/tickets/views/<int:pk>/removal/": Page(
        look=NONE, act=NONE, about="savedview"
    ),  # a colleague's own
    r"admin/^tickets/export\.(csv|xlsx)$": Page(look=MANAGERS, about="format"),
    "admin/calls/ringing/": Page(look=AGENTS),
    **{
        f"admin/tickets/<int:pk>/{part}": Page(look=AGENTS | AUDIT, about=about, foreign=LEADS | AUDIT)
        for part, about in {
            "": "ticket",
            "side/": "ticket",
            "messages/<int:message_pk>/quoted/": "ticket message",
            "messages/<int:message_pk>/original/": "ticket message",
            "files/<str:token>/": "ticket filetoken",
        }.items()
    },
    "admin/tickets/<int:pk>/splitting/": Page(look=AGENTS, act=AGENTS, about="ticket", foreign=LEADS),
    **{
        f"admin/tickets/<int:pk>/{part}/": Page(look=AGENTS, about="ticket", foreign=LEADS)
        for part in ("macros", "scripts", "scripts/suggestion")
    },
    **{
        f"admin/tickets/<int:pk>/{deed}/": Page(look=NONE, act=AGENTS, about=about, foreign=LEADS)
        for deed, about in {
            **dict.fromkeys(
                (
                    *("macros/run", "scripts/start"),
                    *("pulse", "replies", "draft", "assignment", "state", "labels", "snooze", "promises"),
                    *("gifts", "questions", "identity-check", "merger", "parting", "orders"),
                ),
                "ticket",
            ),
            "promises/<int:promise_pk>/end": "ticket promise",
            "questions/<int:question_pk>": "ticket question",
            **{f"scripts/<int:run_pk>/{done}": "ticket scriptrun" for done in ("step", "words", "end")},
            **{
                f"messages/<int:message_pk>/{done}": "ticket message"
                for done in ("withdrawal", "certainty", "letting-in", "sending-away")
            },
        }.items()
    },
    "admin/support/bot/": Page(look=AGENTS | AUDIT),
    "admin/support/bot/duty/<int:pk>/": Page(look=NONE, act=LEADS, about="channelaccount"),
    **{
        f"admin/support/bot/questions/<int:pk>/{deed}/": Page(look=NONE, act=LEADS, about="botturn")
        for deed in ("article", "words", "settled")
    },
    "admin/support/incidents/": Page(look=AGENTS | AUDIT),
    "admin/support/incidents/new/": Page(look=LEADS, act=LEADS),
    "admin/support/incidents/proposals/<int:pk>/": Page(look=NONE, act=LEADS, about="proposedincident"),
    **{
        f"admin/support/incidents/<int:pk>/{part}": Page(look=AGENTS | AUDIT, about="incident")
        for part in ("", "progress/")
    },
    **{
        f"admin/support/incidents/<int:pk>/{part}/": Page(look=LEADS, act=LEADS, about="incident")
        for part in ("draft", "words", "announcement")
    },
    **{
        f"admin/support/incidents/<int:pk>/{deed}/": Page(look=NONE, act=LEADS, about="incident")
        for deed in ("notices", "status", "goodwill")
    },
    "admin/support/incidents/<int:pk>/stop/": Page(look=NONE, act=LEADS, about="workingincident"),
    "admin/support/incidents/<int:pk>/goodwill/decision/": Page(
        look=NONE, act=LEADS, about="workingincident"
    ),
    "admin/support/incidents/<int:pk>/tickets/": Page(look=NONE, act=AGENTS, about="incident"),
    "admin/support/incidents/<int:pk>/tickets/<int:ticket_pk>/removal/": Page(
        look=NONE, act=AGENTS, about="incident ticket", foreign=LEADS
    ),
    # What people say, and by which words it is known.
    "admin/surveys/feedback/": Page(look=AGENTS | MARKETER | AUDIT),
    "admin/surveys/feedback/gathering/": Page(look=NONE, act=LEADS | MARKETER),
    "admin/surveys/feedback/rules/": Page(look=MANAGERS | AUDIT),
    "admin/surveys/feedback/rules/ready/": Page(look=NONE, act=MANAGERS),
    "admin/surveys/feedback/rules/<slug:slug>/model/": Page(look=NONE, act=MANAGERS, about="themeslug"),
    "admin/surveys/feedback/rules/<slug:slug>/<slug:language>/": Page(
        look=MANAGERS | AUDIT, act=MANAGERS, about="themeslug language"
    ),
    **{
        f"admin/surveys/feedback/<int:pk>/{deed}/": Page(
            look=NONE, act=LEADS | MARKETER, about="issuefeedback"
        )
        for deed in ("theme", "settling", "owner")
    },
    # What becomes of what people say.
    "admin/surveys/recoveries/": Page(look=AGENTS | AUDIT),
    "admin/surveys/recoveries/<int:pk>/": Page(look=NONE, act=AGENTS, about="recovery"),
    "admin/surveys/issues/": Page(look=AGENTS | MARKETER | AUDIT),
    "admin/surveys/issues/new/": Page(look=LEADS | MARKETER, act=LEADS | MARKETER),
    "admin/surveys/issues/<int:pk>/": Page(look=AGENTS | MARKETER | AUDIT, about="issue"),
    "admin/surveys/issues/<int:pk>/draft/": Page(look=LEADS | MARKETER, act=LEADS | MARKETER, about="issue"),
    **{
        f"admin/surveys/issues/<int:pk>/{deed}/": Page(look=NONE, act=LEADS | MARKETER, about=about)
        for deed, about in {
            **dict.fromkeys(("steps", "closing", "opening"), "issue"),
            "steps/<int:step_pk>": "issue planstep",
            "feedback/<int:feedback_pk>/removal": "issue issuefeedback",
        }.items()
    },
    **{
        f"admin/surveys/issues/<int:pk>/{deed}/": Page(look=NONE, act=MANAGERS, about="issue")
        for deed in ("words", "news")
    },
    # How it is to work here: everybody answers, managers ask and read what all say together.
    "admin/surveys/colleagues/": Page(look=ALL),
    "admin/surveys/colleagues/<int:pk>/answers/": Page(look=NONE, act=ALL, about="staffversion"),
    "admin/surveys/colleagues/<int:pk>/questions/": Page(look=NONE, act=MANAGERS, about="staffversion"),
    "admin/surveys/colleagues/<int:pk>/results/": Page(look=MANAGERS | AUDIT, about="staffversion"),
    # What people are asked.
    "admin/surveys/builder/": Page(look=LEADS | DRAFTERS | AUDIT),
    "admin/surveys/builder/ready/": Page(look=NONE, act=DRAFTERS),
    "admin/surveys/builder/<int:pk>/": Page(look=LEADS | DRAFTERS | AUDIT, about="survey"),
    "admin/surveys/builder/<int:pk>/widget/": Page(look=LEADS | DRAFTERS | AUDIT, about="survey"),
    "admin/surveys/builder/<int:pk>/posters/": Page(look=LEADS | DRAFTERS | AUDIT, about="survey"),
    "admin/surveys/builder/<int:pk>/drafts/": Page(look=NONE, act=DRAFTERS, about="survey"),
    **{
        f"admin/surveys/builder/<int:pk>/{deed}/": Page(look=NONE, act=NONE, about=about)
        for deed, about in {
            "whole": "survey",
            "questions": "survey",
            "questions/<slug:key>": "survey scriptkey",
            **{f"questions/<slug:key>/{done}": "survey scriptkey" for done in ("place", "removal")},
        }.items()
    },  # nobody writes it: there is no draft to change
    "admin/surveys/asking/<int:pk>/": Page(look=LEADS | DRAFTERS | AUDIT, about="survey"),
    **{
        f"admin/surveys/asking/<int:pk>/{what}s/": Page(look=MANAGERS, act=MANAGERS, about="survey")
        for what in ("trigger", "wave")
    },
    **{
        f"admin/surveys/asking/<int:pk>/{what}s/<int:number>/": Page(
            look=MANAGERS, act=MANAGERS, about=f"survey survey{what}"
        )
        for what in ("trigger", "wave")
    },
    **{
        f"admin/surveys/asking/<int:pk>/{what}s/<int:number>/end/": Page(
            look=NONE, act=MANAGERS, about=f"survey survey{what}"
        )
        for what in ("trigger", "wave")
    },
    "admin/surveys/builder/<int:pk>/versions/<int:number>/preview/": Page(
        look=LEADS | DRAFTERS | AUDIT, about="survey surveyversion"
    ),
    "admin/surveys/builder/<int:pk>/versions/<int:number>/<slug:name>/": Page(
        look=NONE, act=MANAGERS, about="survey surveyversion surveyway"
    ),
    "admin/support/scripts/": Page(look=AGENTS | AUDIT),
    "admin/support/scripts/ready/": Page(look=NONE, act=LEADS),
    "admin/support/scripts/<int:pk>/": Page(look=AGENTS | AUDIT, about="script"),
    # There is one version alone, and nothing to lay beside it.
    "admin/support/scripts/<int:pk>/comparison/": Page(look=NONE, about="script"),
    "admin/support/scripts/<int:pk>/drafts/": Page(look=NONE, act=LEADS, about="script"),
    # A published version is no draft: nobody changes a step of it.
    **{
        f"admin/support/scripts/<int:pk>/{deed}/": Page(look=NONE, act=NONE, about=about)
        for deed, about in {
            **dict.fromkeys(("waivers", "steps"), "script"),
            **dict.fromkeys(
                [f"steps/<slug:key>{more}" for more in ("", "/check", "/place", "/removal")],
                "script scriptkey",
            ),
        }.items()
    },
    "admin/support/scripts/<int:pk>/versions/<int:number>/trial/": Page(
        look=AGENTS, about="script scriptversion"
    ),
    # Whose turn it is, is asked of each deed: whoever only reads is refused by name.
    "admin/support/scripts/<int:pk>/versions/<int:number>/<slug:name>/": Page(
        look=NONE, act=LEADS, about="script scriptversion scriptway"
    ),
    "admin/support/scripts/<int:pk>/effect/": Page(look=LEADS, about="script"),
    "admin/support/help/": Page(look=AGENTS | AUDIT),
    "admin/support/help/<int:pk>/": Page(look=AGENTS | AUDIT, act=LEADS, about="article"),
    "admin/support/help/<int:pk>/check/<slug:language>/": Page(
        look=NONE, act=AGENTS | AUDIT, about="article language"
    ),
    "admin/support/help/<int:pk>/pictures/": Page(look=NONE, act=LEADS, about="article"),
    "admin/support/help/<int:pk>/withdrawal/": Page(look=NONE, act=LEADS, about="article"),
    "admin/support/returns/<int:pk>/": Page(look=AGENTS | AUDIT, about="returncase"),
    "admin/support/returns/<int:pk>/refusal/": Page(look=NONE, act=LEADS, about="returncase"),
    "admin/support/returns/<int:pk>/<slug:name>/": Page(look=NONE, act=LEADS, about="returncase step"),
    "admin/support/orders/<int:order_pk>/return/": Page(look=AGENTS, act=AGENTS, about="order"),
    "dashboard/digest/": Page(look=LEADS | AUDIT | MARKETER, act=LEADS | AUDIT | MARKETER),
    "dashboard/digest/now/": Page(look=NONE, act=LEADS | AUDIT | MARKETER),
    "dashboard/digest/ending/": Page(look=NONE, act=LEADS | AUDIT | MARKETER),
    "dashboard/approvals/": Page(look=LEADS),
    "dashboard/approvals/<int:pk>/decision/": Page(look=NONE, act=LEADS, about="adjustmentrequest"),
    # Systems of shops: proved by their signature.
    "hooks/connectors/<str:key>/": Page(look=NONE, act=NONE, about="word"),
    # 1C: proved by its password, then by the cookie that it got for it.
    "hooks/connectors/<str:key>/1c/": Page(look=NONE, act=NONE, about="word"),
    "hooks/connectors/<str:key>/1c/windows-1251/": Page(look=NONE, act=NONE, about="word"),
    "hooks/<slug:channel>/<str:key>/": Page(
        look=NONE, act=NONE, about="word word"
    ),  # proves itself to its channel
    # Visitors of a shop's site, in a frame: whoever knows the key of a chat that is there.
    **{
        f"chat/<str:key>/{part}": Page(look=NONE, act=NONE, about="word")
        for part in ("", "visitors/", "messages/", "reading/")
    },
    # Whoever got a message from us, by the link under it.
    "p/digest/<str:token>/": Page(look=NONE, act=NONE, about="word"),
    "p/<str:token>/": Page(look=NONE, act=NONE, about="word"),
    "p/<str:token>/unsubscribe/": Page(look=NONE, act=NONE, about="word"),
    "preferences/language/": Page(look=NONE, act=ANYBODY),
    "preferences/theme/": Page(look=NONE, act=ANYBODY),
    "dashboard/": Page(look=LEADS | AUDIT | {"marketer"}),
    "dashboard/<slug:slug>/": Page(look=LEADS | AUDIT | MARKETER, about="dashboard"),
    **{
        f"dashboard/<slug:slug>/<slug:name>.{kind}": Page(look=MANAGERS, about="dashboard figure")
        for kind in ("csv", "xlsx")
    },
    # The programme: marketers draft, managers publish.
    "dashboard/feedback/": Page(look=LEADS | AUDIT | MARKETER),
    **{
        f"dashboard/feedback/{name}.{kind}": Page(look=MANAGERS)
        for name in ("figures", "answers")
        for kind in ("csv", "xlsx")
    },
    "dashboard/programme/": Page(look=LEADS | AUDIT | MARKETER),
    **{
        f"dashboard/programme/figures/<slug:name>.{kind}": Page(look=MANAGERS, about="programmefigure")
        for kind in ("csv", "xlsx")
    },
    "dashboard/programme/check/": Page(look=LEADS | AUDIT | MARKETER),
    "dashboard/programme/playbooks/": Page(look=LEADS | AUDIT | MARKETER),
    "dashboard/programme/playbooks/<slug:slug>/": Page(look=NONE, act=MANAGERS, about="playbook"),
    "dashboard/programme/<int:pk>/start/": Page(look=NONE, act=MANAGERS, about="programme"),
    "dashboard/programme/rules/new/": Page(look=DRAFTERS, act=DRAFTERS),
    "dashboard/programme/rules/<int:pk>/": Page(look=LEADS | AUDIT | MARKETER, about="rule"),
    "dashboard/programme/rules/<int:pk>/draft/": Page(look=DRAFTERS, act=DRAFTERS, about="rule"),
    "dashboard/programme/rules/<int:pk>/draft/gives/": Page(look=NONE, act=DRAFTERS, about="rule"),
    "dashboard/programme/rules/<int:pk>/draft/removal/": Page(look=NONE, act=DRAFTERS, about="rule"),
    "dashboard/programme/rules/<int:pk>/draft/approval/": Page(look=NONE, act=DRAFTERS, about="rule"),
    "dashboard/programme/rules/<int:pk>/publication/": Page(look=NONE, act=MANAGERS, about="rule"),
    "dashboard/programme/rules/<int:pk>/switching-off/": Page(look=NONE, act=MANAGERS, about="rule"),
    "dashboard/programme/rules/<int:pk>/replays/": Page(look=NONE, act=DRAFTERS, about="rule"),
    "dashboard/programme/replays/<int:pk>/": Page(look=LEADS | AUDIT | MARKETER, about="replay"),
    "dashboard/programme/replays/<int:pk>/cancellation/": Page(look=NONE, act=DRAFTERS, about="replay"),
    "dashboard/programme/replays/<int:pk>/resumption/": Page(look=NONE, act=DRAFTERS, about="replay"),
    "admin/search/": Page(look=ALL),
    "admin/search/suggestions/": Page(look=ALL),
    "admin/crm/customer/<int:pk>/": Page(look=ALL, about="customer"),
    "admin/crm/customer/<int:pk>/notes/": Page(look=NONE, act=TILL, about="customer"),
    "admin/crm/customer/<int:customer_pk>/tasks/new/": Page(look=AGENTS, act=AGENTS, about="customer"),
    "admin/crm/customer/<int:pk>/looks/": Page(look=LEADS | AUDIT, about="customer"),
    "admin/crm/customer/<int:pk>/identities/": Page(look=NONE, act=TILL, about="customer"),
    "admin/crm/customer/<int:pk>/identities/<int:identity_pk>/": Page(
        look=AGENTS, act=AGENTS, about="customer identity"
    ),
    "admin/crm/customer/<int:pk>/link-codes/": Page(look=NONE, act=TILL, about="customer"),
    "admin/crm/customer/<int:pk>/identities/<int:identity_pk>/unlinking/": Page(
        look=NONE, act=AGENTS, about="customer identity"
    ),
    "admin/crm/customer/<int:pk>/same-person/": Page(look=LEADS, about="customer"),
    "admin/crm/customer/<int:pk>/same-person/<int:other_pk>/": Page(
        look=LEADS, act=LEADS, about="customer other"
    ),
    "admin/crm/customer/<int:pk>/erasure/": Page(look=ADMIN, act=ADMIN, about="customer"),
    "admin/crm/customer/<int:pk>/personal-data/": Page(look=MANAGERS, act=MANAGERS, about="customer"),
    "admin/crm/merge/<int:pk>/separation/": Page(look=NONE, act=LEADS, about="merge"),
    "admin/crm/suppression/": Page(look=ADMIN, act=ADMIN),
    "admin/crm/merge-proposals/": Page(look=LEADS),
    "admin/crm/merge-proposals/<int:pk>/dismissal/": Page(look=NONE, act=LEADS, about="mergeproposal"),
    "admin/crm/changes/<slug:kind>/<int:pk>/": Page(look=LEADS | AUDIT, about="kind customer"),
    # Nothing leaves the house as a file but by those who may take lists out.
    r"admin/^crm/([a-z]+)/export\.(csv|xlsx)$": Page(look=MANAGERS, about="list format"),
    "admin/crm/views/": Page(look=NONE, act=NONE),  # without the name of a list there is nothing to keep
    "admin/crm/views/<int:pk>/removal/": Page(look=NONE, act=NONE, about="savedview"),  # a colleague's own
    "admin/crm/task/<int:pk>/": Page(look=AGENTS | AUDIT, about="task"),
    "admin/crm/task/<int:pk>/completion/": Page(look=NONE, act=AGENTS, about="task"),
    "admin/crm/task/<int:pk>/postponement/": Page(look=NONE, act=AGENTS, about="task"),
    "admin/crm/task/<int:pk>/handover/": Page(look=NONE, act=AGENTS, about="task"),
    # Reads a tree of conditions aloud, and knows of nobody; of what no rule asks for there is nothing to read.
    "admin/crm/conditions/<slug:root>/": Page(look=NONE, act=NONE, about="word"),
    "admin/crm/conditions/<slug:root>/choices/": Page(look=NONE, about="word"),
    "admin/segments/": Page(look=SEGMENTS_READ),
    "admin/segments/actions/": Page(look=SEGMENTS_READ),
    "admin/segments/actions/plans/": Page(look=SEGMENTS_READ),
    "admin/segments/actions/new/": Page(look=PLANNERS, act=PLANNERS),
    "admin/segments/actions/<int:pk>/": Page(look=SEGMENTS_READ, about="campaign"),
    "admin/segments/actions/<int:pk>/progress/": Page(look=SEGMENTS_READ, about="campaign"),
    "admin/segments/actions/<int:pk>/people/": Page(look=SEGMENTS_READ, about="campaign"),
    "admin/segments/actions/<int:pk>/change/": Page(look=PLANNERS, act=PLANNERS, about="campaign"),
    "admin/segments/actions/<int:pk>/start/": Page(look=NONE, act=MANAGERS, about="campaign"),
    "admin/segments/actions/<int:pk>/decision/": Page(look=NONE, act=MANAGERS, about="campaign"),
    "admin/segments/actions/<int:pk>/withdrawal/": Page(look=NONE, act=MANAGERS, about="campaign"),
    "admin/segments/actions/<int:pk>/pause/": Page(look=NONE, act=MANAGERS, about="campaign"),
    "admin/segments/actions/<int:pk>/cancellation/": Page(look=NONE, act=MANAGERS, about="campaign"),
    "admin/segments/new/": Page(look=PLANNERS, act=PLANNERS),
    "admin/segments/people/": Page(look=SEGMENTS_READ),
    "admin/segments/<int:pk>/snapshots/<int:snapshot>/": Page(look=SEGMENTS_READ, about="segment snapshot"),
    "admin/segments/<int:pk>/snapshots/<int:snapshot>/<slug:part>.csv": Page(
        look=MANAGERS, about="segment snapshot part"
    ),
    "admin/segments/count/": Page(look=NONE, act=SEGMENTS_READ),
    "admin/segments/<int:pk>/": Page(look=SEGMENTS_READ, about="segment"),
    "admin/segments/<int:pk>/change/": Page(look=PLANNERS, act=PLANNERS, about="segment"),
    "admin/segments/<int:pk>/export.csv": Page(look=MANAGERS, about="segment"),
    "admin/segments/<int:pk>/snapshots/": Page(look=NONE, act=PLANNERS, about="segment"),
    "admin/segments/<int:pk>/archiving/": Page(look=NONE, act=PLANNERS, about="segment"),
    "admin/crm/connection/new/": Page(look=ADMIN, act=ADMIN),
    "admin/crm/connection/<int:pk>/": Page(look=MANAGERS | AUDIT, about="connection"),
    "admin/crm/connection/<int:pk>/secret/": Page(look=NONE, act=ADMIN, about="connection"),
    "admin/crm/connection/<int:pk>/mapping/": Page(look=ADMIN, act=ADMIN, about="mappedconnection"),
    "admin/crm/connection/<int:pk>/closure/": Page(look=NONE, act=ADMIN, about="connection"),
    "admin/crm/connection/<int:pk>/access/": Page(look=NONE, act=ADMIN, about="connection"),
    "admin/crm/connection/<int:pk>/replay/": Page(look=NONE, act=ADMIN, about="connection"),
    "admin/crm/connection/<int:pk>/back-fill/": Page(look=NONE, act=ADMIN, about="connection"),
    "admin/crm/connection/<int:pk>/comparison/": Page(look=NONE, act=ADMIN, about="connection"),
    "admin/crm/connection/<int:pk>/rounds/<int:round_pk>/": Page(
        look=MANAGERS | AUDIT, about="connection connectorround"
    ),
    "admin/crm/connection/<int:pk>/rounds/<int:round_pk>/stop/": Page(
        look=NONE, act=ADMIN, about="connection connectorround"
    ),
    "admin/crm/connection/<int:pk>/rounds/<int:round_pk>/resumption/": Page(
        look=NONE, act=ADMIN, about="connection connectorround"
    ),
    "admin/crm/connection/<int:pk>/rounds/<int:round_pk>/differences/<int:difference_pk>/bringing/": Page(
        look=NONE, act=ADMIN, about="connection connectorround difference"
    ),
    "admin/crm/connection/<int:pk>/deliveries/<int:delivery_pk>/replay/": Page(
        look=NONE, act=ADMIN, about="connection connectordelivery"
    ),
    "admin/crm/company/<int:pk>/prices/": Page(look=AGENTS | AUDIT, about="company"),
    "admin/crm/webhook/new/": Page(look=ADMIN, act=ADMIN),
    "admin/crm/webhook/<int:pk>/": Page(look=MANAGERS | AUDIT, about="webhook"),
    "admin/crm/webhook/<int:pk>/details/": Page(look=NONE, act=ADMIN, about="webhook"),
    "admin/crm/webhook/<int:pk>/secret/": Page(look=NONE, act=ADMIN, about="webhook"),
    "admin/crm/webhook/<int:pk>/rotation/": Page(look=NONE, act=ADMIN, about="webhook"),
    "admin/crm/webhook/<int:pk>/pause/": Page(look=NONE, act=ADMIN, about="webhook"),
    "admin/crm/webhook/<int:pk>/resumption/": Page(look=NONE, act=ADMIN, about="webhook"),
    "admin/crm/webhook/<int:pk>/removal/": Page(look=NONE, act=ADMIN, about="webhook"),
    "admin/crm/webhook/<int:pk>/test/": Page(look=NONE, act=ADMIN, about="webhook"),
    "admin/crm/webhook/<int:pk>/stretch/": Page(look=NONE, act=ADMIN, about="webhook"),
    "admin/crm/webhook/<int:pk>/deliveries/<int:delivery_pk>/": Page(
        look=ADMIN, about="webhook webhookdelivery"
    ),
    "admin/crm/webhook/<int:pk>/deliveries/<int:delivery_pk>/resend/": Page(
        look=NONE, act=ADMIN, about="webhook webhookdelivery"
    ),
    "admin/crm/apikey/new/": Page(look=ADMIN, act=ADMIN),
    "admin/crm/apikey/<int:pk>/": Page(look=ADMIN | AUDIT, about="apikey"),
    "admin/crm/apikey/<int:pk>/limits/": Page(look=NONE, act=ADMIN, about="apikey"),
    "admin/crm/apikey/<int:pk>/revocation/": Page(look=NONE, act=ADMIN, about="apikey"),
    "admin/crm/apikey/<int:pk>/successor/": Page(look=NONE, act=ADMIN, about="apikey"),
    "admin/crm/notices/": Page(look=MANAGERS | AUDIT),
    "admin/crm/notices/<slug:name>/": Page(look=NONE, about="word"),
    "admin/crm/notices/<slug:name>/switch/": Page(look=NONE, act=NONE, about="word"),
    "admin/crm/invitation/": Page(look=ADMIN, act=ADMIN),
    "admin/crm/invitation/<int:pk>/revocation/": Page(look=NONE, act=ADMIN, about="invitation"),
    "admin/crm/importjob/add/": Page(look=MANAGERS, act=MANAGERS),
    "admin/crm/importjob/<int:pk>/": Page(look=MANAGERS | AUDIT, about="importjob"),
    "admin/crm/importjob/<int:pk>/columns/": Page(look=NONE, act=MANAGERS, about="importjob"),
    "admin/crm/importjob/<int:pk>/confirmation/": Page(look=NONE, act=MANAGERS, about="importjob"),
    "admin/crm/importjob/<int:pk>/cancellation/": Page(look=NONE, act=MANAGERS, about="importjob"),
    "admin/crm/importjob/<int:pk>/resumption/": Page(look=NONE, act=MANAGERS, about="importjob"),
    "admin/crm/importjob/<int:pk>/repetition/": Page(look=NONE, act=MANAGERS, about="importjob"),
    "admin/crm/importjob/<int:pk>/repetition/end/": Page(look=NONE, act=MANAGERS, about="importjob"),
    "admin/crm/importjob/<int:pk>/refused/": Page(look=MANAGERS | AUDIT, about="importjob"),
    "admin/loyalty/couponpool/<int:pk>/codes/": Page(look=NOT_AT_THE_TILL, about="couponpool"),
    **{
        f"admin/loyalty/couponpool/<int:pk>/codes/{made}/": Page(look=NONE, act=PLANNERS, about="couponpool")
        for made in ("batches", "files", "shared")
    },
    "admin/loyalty/couponpool/<int:pk>/codes/export.csv": Page(look=PLANNERS, about="couponpool"),
    "admin/loyalty/couponbatch/<int:pk>/cancellation/": Page(look=NONE, act=PLANNERS, about="couponbatch"),
    # For the machines that watch over the house: see docs/operate.md.
    "livez": Page(look=ANYBODY),
    "readyz": Page(look=ANYBODY),
    "metrics": Page(look=ANYBODY),  # by their address or token: see tests/config/test_metrics.py
}

# ── the frame of the admin ───────────────────────────────────────────────────
FRAME = {
    "admin/": Page(look=ALL, act=ALL),
    "admin/login/": Page(look=NONE, act=NONE),
    "admin/logout/": Page(look=ALL, act=ALL),
    "admin/password_change/": Page(look=ALL, act=ALL),
    "admin/password_change/done/": Page(look=ALL),
    "admin/autocomplete/": Page(look=NONE),
    "admin/jsi18n/": Page(look=ALL),
    "admin/r/<path:content_type_id>/<path:object_id>/": Page(look=NONE, about="word word"),
    "admin/^(?P<app_label>crm|auth|loyalty|surveys|support|account|mfa|django_celery_beat)/$": Page(
        look=ALL, act=ALL, about="app"
    ),
    "admin/(?P<url>.*)$": Page(look=NONE, about="word"),
    "admin/crm/user/<id>/password/": Page(look=ADMIN, act=ADMIN, about="user"),
}

# ── signing in: allauth's ────────────────────────────────────────────────────
ACCOUNTS = {
    "accounts/login/": Page(look=ANYBODY, act=ANYBODY),
    "accounts/logout/": Page(look=ANYBODY, act=ANYBODY),
    "accounts/inactive/": Page(look=ANYBODY),
    "accounts/signup/": Page(look=ANYBODY, act=ANYBODY),  # says that colleagues are invited
    "accounts/reauthenticate/": Page(look=SIGNED_IN - {CUSTOMER}, act=SIGNED_IN - {CUSTOMER}),
    "accounts/email/": Page(look=SIGNED_IN, act=SIGNED_IN),
    "accounts/confirm-email/": Page(look=ANYBODY),
    r"accounts/^confirm-email/(?P<key>[-:\w]+)/$": Page(look=ANYBODY, about="word"),
    "accounts/password/change/": Page(look=SIGNED_IN, act=SIGNED_IN),
    "accounts/password/set/": Page(look=SIGNED_IN, act=SIGNED_IN),
    "accounts/password/reset/": Page(look=ANYBODY, act=ANYBODY),
    "accounts/password/reset/done/": Page(look=ANYBODY),
    "accounts/password/reset/key/done/": Page(look=ANYBODY),
    "accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": Page(
        look=ANYBODY, act=ANYBODY, about="word word"
    ),
    "accounts/login/code/confirm/": Page(look=ANYBODY, act=ANYBODY),
    **{
        f"accounts/second-factor/{page}": Page(look=SIGNED_IN, act=SIGNED_IN)
        for page in ("app/", "codes/new/", "passkeys/new/")
    },
    **{f"accounts/second-factor/{page}": Page(look=SIGNED_IN) for page in ("", "passkeys/")},
    # Nobody here has made an app or codes yet.
    **{f"accounts/second-factor/{page}": Page(look=NONE) for page in ("app/removal/", "codes/")},
    **{
        f"accounts/second-factor/{page}": Page(look=HALF_OR_SURE, act=HALF_OR_SURE)
        for page in ("reauthenticate/", "passkeys/reauthenticate/")
    },
    "accounts/second-factor/authenticate/": Page(look=ANYBODY, act=ANYBODY),
    "accounts/second-factor/passkeys/sign-in/": Page(look=ANYBODY, act=ANYBODY),
    **{
        f"accounts/second-factor/passkeys/<int:pk>/{page}/": Page(
            look=HALF_OR_SURE, act=HALF_OR_SURE, about="missing", leads_on=True
        )
        for page in ("removal", "name")
    },
}


# ── lists and forms of the admin ─────────────────────────────────────────────
@dataclass(frozen=True)
class Lists:
    """A model in the admin. `foreign` as on a page."""

    view: frozenset[str] = NONE
    add: frozenset[str] = NONE
    change: frozenset[str] = NONE
    delete: frozenset[str] = NONE
    foreign: frozenset[str] | None = None
    leads_on: tuple[str, ...] = ()  # to pages of our own


MODELS = {
    "crm/customer": Lists(view=ALL, add=TILL, change=TILL),
    "crm/company": Lists(view=AGENTS | AUDIT, add=AGENTS, change=AGENTS, delete=ADMIN),
    "crm/task": Lists(view=AGENTS | AUDIT),
    "crm/segment": Lists(view=SEGMENTS_READ, leads_on=("",)),
    "crm/campaign": Lists(view=SEGMENTS_READ, leads_on=("",)),
    "crm/order": Lists(view=ALL, foreign=NOT_AT_THE_TILL),
    "crm/return": Lists(view=ALL, foreign=NOT_AT_THE_TILL),
    "crm/timelineentry": Lists(view=ALL, foreign=NOT_AT_THE_TILL),
    "crm/product": Lists(view=ALL, add=MANAGERS, change=MANAGERS),
    "crm/category": Lists(
        view=MANAGERS | AUDIT | {"marketer"}, add=MANAGERS, change=MANAGERS, delete=MANAGERS
    ),
    "crm/shop": Lists(view=ALL, add=MANAGERS, change=MANAGERS),
    "crm/importjob": Lists(view=MANAGERS | AUDIT, add=MANAGERS),
    "crm/eventtype": Lists(view=MANAGERS | AUDIT, add=MANAGERS, change=MANAGERS, delete=ADMIN),
    "crm/channelaccount": Lists(view=MANAGERS | AUDIT, add=ADMIN, change=ADMIN),
    "crm/rawdelivery": Lists(view=ADMIN),
    "crm/noticetext": Lists(view=MANAGERS | AUDIT, leads_on=("",)),
    "crm/message": Lists(view=MANAGERS | AUDIT),
    "crm/parkedentry": Lists(view=MANAGERS | AUDIT),
    "crm/reactioncursor": Lists(view=MANAGERS | AUDIT),
    "crm/valuation": Lists(view=MANAGERS | AUDIT),
    "crm/rfmcutpoints": Lists(view=MANAGERS | AUDIT),
    "crm/installation": Lists(view=ADMIN | AUDIT, change=ADMIN, leads_on=("",)),
    "crm/connection": Lists(view=MANAGERS | AUDIT, add=ADMIN, change=ADMIN, leads_on=("add/", "change/")),
    "crm/webhook": Lists(view=MANAGERS | AUDIT, add=ADMIN, change=ADMIN, leads_on=("add/", "change/")),
    "crm/apikey": Lists(view=ADMIN | AUDIT, add=ADMIN, change=ADMIN, leads_on=("add/", "change/")),
    "crm/user": Lists(view=LEADS | AUDIT, add=ADMIN, change=ADMIN),
    "loyalty/programme": Lists(view=AGENTS | AUDIT, add=MANAGERS, change=MANAGERS),
    "loyalty/tier": Lists(view=LEADS | AUDIT | {"marketer"}, add=MANAGERS, change=MANAGERS, delete=MANAGERS),
    "loyalty/member": Lists(view=TILL | AUDIT),
    "loyalty/card": Lists(view=TILL | AUDIT),
    "loyalty/tillterms": Lists(view=MANAGERS | AUDIT, add=MANAGERS, change=MANAGERS),
    "loyalty/cardbatch": Lists(view=MANAGERS | AUDIT, add=MANAGERS),
    "loyalty/adjustmentrequest": Lists(view=AGENTS | AUDIT),
    **{
        f"loyalty/{window}": Lists(view=AGENTS | AUDIT)
        for window in ("wallet", "transaction", "lot", "hold", "cartcode")
    },
    **{
        f"loyalty/{planned}": Lists(view=NOT_AT_THE_TILL, add=PLANNERS, change=PLANNERS)
        for planned in ("reward", "couponpool", "giftrule", "referralterms", "budget")
    },
    **{
        f"loyalty/{happened}": Lists(view=NOT_AT_THE_TILL)
        for happened in ("redemption", "coupon", "referral", "giftgrant")
    },
    "loyalty/couponuse": Lists(view=NOT_AT_THE_TILL, foreign=NOT_AT_THE_TILL),
    "support/returncase": Lists(view=AGENTS | AUDIT),
    "support/returnpolicy": Lists(view=AGENTS | AUDIT, add=MANAGERS, change=MANAGERS),
    **{
        f"support/{named}": Lists(view=AGENTS | AUDIT, add=MANAGERS, change=MANAGERS)
        for named in ("team", "substate", "macro")
    },
    "support/topic": Lists(view=AGENTS | AUDIT, add=MANAGERS, change=MANAGERS),
    "support/scenario": Lists(view=AGENTS | AUDIT, add=LEADS, change=LEADS),
    "support/article": Lists(view=AGENTS | AUDIT, add=LEADS, change=LEADS, leads_on=("",)),
    "support/articlecategory": Lists(view=AGENTS | AUDIT, add=LEADS, change=LEADS),
    "support/script": Lists(view=AGENTS | AUDIT, add=LEADS, change=LEADS),
    "support/tag": Lists(view=AGENTS | AUDIT, add=AGENTS, change=MANAGERS, delete=MANAGERS),
    "support/skill": Lists(view=MANAGERS | AUDIT, add=MANAGERS, change=MANAGERS),
    "support/agentprofile": Lists(view=LEADS | AUDIT, add=MANAGERS, change=LEADS),
    "support/shiftpattern": Lists(view=LEADS | AUDIT, add=LEADS, change=LEADS),
    "support/shift": Lists(view=AGENTS | AUDIT, add=LEADS, change=LEADS, delete=LEADS),
    "support/calendar": Lists(view=LEADS | AUDIT, add=MANAGERS, change=MANAGERS),
    "support/slapolicy": Lists(view=LEADS | AUDIT, add=MANAGERS, change=MANAGERS),
    "surveys/feedback": Lists(view=AGENTS | MARKETER | AUDIT),
    **{
        f"surveys/{named}": Lists(view=AGENTS | MARKETER | AUDIT, add=MANAGERS, change=MANAGERS)
        for named in ("department", "theme")
    },
    "surveys/issue": Lists(view=AGENTS | MARKETER | AUDIT, leads_on=("",)),
    "surveys/recovery": Lists(view=AGENTS | AUDIT, leads_on=("",)),
    "surveys/survey": Lists(view=LEADS | DRAFTERS | AUDIT, add=DRAFTERS, change=DRAFTERS, leads_on=("",)),
    # For those who may do everything alone; no role leads there.
    "auth/group": Lists(),
    "account/emailaddress": Lists(),
    "mfa/authenticator": Lists(),
    **{
        f"django_celery_beat/{name}": Lists()
        for name in (
            *("periodictask", "clockedschedule", "crontabschedule"),
            *("solarschedule", "intervalschedule"),
        )
    },
}


def _pages_of(place: str, its: Lists) -> dict[str, Page]:
    name = place.partition("/")[2]
    about = name if its.view else "missing"
    one = f"admin/{place}/<path:object_id>"
    pages = {
        f"admin/{place}/": Page(look=its.view, act=its.view),
        f"admin/{place}/add/": Page(look=its.add, act=its.add),
        f"{one}/history/": Page(look=its.view, act=its.view, about=about, foreign=its.foreign),
        f"{one}/change/": Page(look=its.view, act=its.change, about=about, foreign=its.foreign),
        f"{one}/delete/": Page(look=its.delete, act=its.delete, about=about, foreign=its.foreign),
        # Leads on to the form, where the question is asked.
        f"{one}/": Page(look=ALL, act=ALL, about=about, leads_on=True),
    }
    for end in its.leads_on:
        route = f"{one}/{end}" if end == "change/" else f"admin/{place}/{end}"
        pages[route] = replace(pages[route], leads_on=True)
    return pages


PAGES: dict[str, Page] = {
    **{route: page for place, its in MODELS.items() for route, page in _pages_of(place, its).items()},
    **FRAME,
    **OURS,
    **ACCOUNTS,
}
