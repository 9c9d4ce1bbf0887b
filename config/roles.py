"""What each role may do, as Django groups. `manage.py sync_roles` makes the groups say exactly this, after migrate."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

LOOK = ("view",)
WORK = ("view", "add", "change")
ALL = ("view", "add", "change", "delete")

# What most roles share: whom the company knows, and what they bought.
CUSTOMERS = {
    "crm.customer": WORK,
    "crm.identity": WORK,
    "crm.address": ALL,
    "crm.company": WORK,
    "crm.companyperson": ALL,
    "crm.agreement": LOOK,
    "crm.timelineentry": LOOK,
    "crm.task": WORK,
    "crm.customerworth": LOOK,
    "crm.customerloyalty": LOOK,
}
SALES = {
    "crm.order": LOOK,
    "crm.orderamendment": LOOK,
    "crm.shipment": LOOK,
    "crm.return": LOOK,
    "crm.product": LOOK,
    "crm.offering": LOOK,
    "crm.pricelist": LOOK,
    "crm.shelfitem": LOOK,
    "crm.shop": LOOK,
}
# Points by hand: whoever may change a request decides about it, see loyalty.points.adjustment.
POINTS = {
    "loyalty.programme": LOOK,
    "loyalty.wallet": LOOK,
    "loyalty.transaction": LOOK,
    "loyalty.lot": LOOK,
    "loyalty.hold": LOOK,
    "loyalty.cartcode": LOOK,
    "loyalty.adjustmentrequest": ("view", "add"),
}
DECIDES = {"loyalty.adjustmentrequest": WORK}
# Who lets people join, and gives and blocks cards: whoever stands before them.
MEMBERS = {
    "loyalty.member": ("view", "add"),
    "loyalty.joiningrequest": ("view", "change"),
    "loyalty.card": ("view", "change"),
}
# The till page, in the shops that somebody works in: whoever enters purchases gives points.
SERVES_AT_TILL = {"loyalty.tilloperation": ("serve_at_till",)}
PROGRAMMES = {"loyalty.programme": WORK, "loyalty.cardbatch": ("view", "add"), "loyalty.tillterms": WORK}
# Rewards: whoever serves customers sees them, whoever plans them changes them.
REWARDS = {
    "loyalty.reward": LOOK,
    "loyalty.redemption": LOOK,
    "loyalty.couponpool": LOOK,
    "loyalty.coupon": LOOK,
    "loyalty.couponuse": LOOK,
    "loyalty.referral": LOOK,
    "loyalty.referralterms": LOOK,
    "loyalty.giftrule": LOOK,
    "loyalty.giftgrant": LOOK,
    "loyalty.budget": LOOK,
}
PLANS_REWARDS = {
    **REWARDS,
    "loyalty.reward": WORK,
    "loyalty.rewardquota": ALL,
    "loyalty.couponpool": (*WORK, "take_codes_out"),
    "loyalty.coupon": ("view", "change"),
    "loyalty.referralterms": WORK,
    "loyalty.giftrule": WORK,
    "loyalty.budget": WORK,
}
# The desk: who answers sees the tickets of their teams; who leads sees all and hands them out.
ANSWERS = {
    "support.ticket": ("view", "answer_ticket"),
    "support.note": ("view", "add"),
    "support.topic": LOOK,
    "support.tag": ("view", "add"),
    "support.substate": LOOK,
    "support.team": LOOK,
    "support.macro": LOOK,
    "support.scenario": LOOK,
    "support.script": LOOK,
    "support.article": LOOK,
    "support.articlecategory": LOOK,
    "support.shift": LOOK,
    "support.returncase": ("view", "add"),
    "support.returnpolicy": LOOK,
    "support.incident": LOOK,
    "support.botconversation": LOOK,
}
LEADS = {
    **ANSWERS,
    "support.incident": (*WORK, "announce_incident", "decide_incidentgoodwill"),
    "support.ticket": ("view", "answer_ticket", "see_every_ticket", "lead_ticket"),
    "support.returncase": ("view", "add", "decide_returncase"),
    "support.calendar": LOOK,
    "support.slapolicy": LOOK,
    "support.botconversation": ("view", "teach_bot"),
    "support.scenario": WORK,
    "support.script": (*WORK, "publish_script"),
    "support.article": (*WORK, "publish_article"),
    "support.articlecategory": WORK,
    "support.shift": ALL,
    "support.shiftpattern": WORK,
}
RUNS_DESK = {
    **LEADS,
    "support.topic": ALL,
    "support.tag": ALL,
    "support.substate": WORK,
    "support.team": WORK,
    "support.skill": WORK,
    "support.agentprofile": WORK,
    "support.macro": WORK,
    "support.calendar": WORK,
    "support.workinginterval": ALL,
    "support.holiday": ALL,
    "support.slapolicy": WORK,
    "support.returnpolicy": (*WORK, "publish_returnpolicy"),
    "crm.channelaccount": LOOK,
    "crm.message": ("view", "change"),
    "crm.noticetext": ("view", "change"),
}
# The programme's rules: managers and marketers draft them, managers let them count.
RULES = {
    "loyalty.tier": LOOK,
    "loyalty.tierprivilege": LOOK,
    "loyalty.rule": LOOK,
    "loyalty.ruleversion": LOOK,
    "loyalty.ruledraft": LOOK,
    "loyalty.replay": LOOK,
}
DRAFTS_RULES = {**RULES, "loyalty.rule": WORK, "loyalty.ruledraft": WORK}
PUBLISHES_RULES = {
    **DRAFTS_RULES,
    "loyalty.ruleversion": ("view", "add"),
    "loyalty.tier": ALL,
    "loyalty.tierprivilege": ALL,
}
# What customers answered stands beside a conversation with them.
READS_ANSWERS = {"surveys.survey": ("see_answers",)}
# Whom one speaks to: marketers and managers say who they are, managers take them out.
SEGMENTS = {"crm.segment": WORK}
TAKES_SEGMENTS_OUT = {"crm.segment": (*WORK, "export_segment")}
# What is done for many at once: marketers plan it, managers let it start, and agree to what another one started.
PLANS_CAMPAIGNS = {"crm.campaign": WORK}
STARTS_CAMPAIGNS = {"crm.campaign": (*WORK, "start_campaign", "decide_campaign")}
# What people are asked: marketers word it, managers let it be asked.
ASKS = {"surveys.survey": WORK}
LETS_ASK = {"surveys.survey": (*WORK, "publish_survey", "see_answers")}
# What people say about us: who hears it, who says what it is about, and who writes the rules for that.
HEARS = {"surveys.feedback": LOOK, "surveys.theme": LOOK, "surveys.department": LOOK}
SORTS = {**HEARS, "surveys.feedback": ("view", "change")}
RULES_THEMES = {
    **SORTS,
    "surveys.theme": WORK,
    "surveys.department": WORK,
    "surveys.themerule": ("view", "change"),
}
# Who is unhappy is spoken to by whoever answers; what is wrong is changed by whoever leads, and told by managers.
CALLS_BACK = {"surveys.recovery": ("view", "change"), "surveys.issue": LOOK}
CHANGES_THINGS = {**CALLS_BACK, "surveys.issue": WORK}
TELLS_PEOPLE = {**CHANGES_THINGS, "surveys.issue": (*WORK, "tell_people"), "surveys.staffanswer": LOOK}
# Whoever lacks it sees the orders of the shops they work in, and of no other: see crm.colleagues.own_shops.
EVERY_SHOP = ("see_every_shop",)
AGENT = {
    **CUSTOMERS,
    **SALES,
    **MEMBERS,
    **POINTS,
    **REWARDS,
    **ANSWERS,
    **READS_ANSWERS,
    **HEARS,
    **CALLS_BACK,
    "crm.look": ("reveal_identity",),
    "crm.user": EVERY_SHOP,
}
WATCH = {"crm.look": ("view", "reveal_identity"), "crm.customerchange": LOOK}
MANAGER = {
    **AGENT,
    **SERVES_AT_TILL,
    **WATCH,
    **DECIDES,
    **PLANS_REWARDS,
    **PROGRAMMES,
    **PUBLISHES_RULES,
    **RUNS_DESK,
    **LETS_ASK,
    **RULES_THEMES,
    **TELLS_PEOPLE,
    **TAKES_SEGMENTS_OUT,
    **STARTS_CAMPAIGNS,
    "loyalty.proof": LOOK,
    "crm.customer": (*WORK, "merge", "tell"),
    "crm.category": ALL,
    "crm.product": WORK,
    "crm.offering": WORK,
    "crm.agreement": ALL,
    "crm.shop": WORK,
    "crm.importjob": WORK,
    "crm.eventtype": WORK,
    "crm.parkedentry": ("view", "change"),
    "crm.reactioncursor": LOOK,
    "crm.webhook": LOOK,
    "crm.connection": LOOK,
    "crm.valuation": LOOK,
    "crm.rfmcutpoints": LOOK,
    "crm.dashboard": LOOK,
    "crm.list": ("export",),
    "crm.user": (*LOOK, *EVERY_SHOP),
}

# Role → model → what one may do with it. Nobody deletes customers or orders: erasure is an action of its own.
ROLES: dict[str, dict[str, tuple[str, ...]]] = {
    "agent": AGENT,
    "team lead": {
        **AGENT,
        **RULES,
        **WATCH,
        **DECIDES,
        **LEADS,
        **SORTS,
        **CHANGES_THINGS,
        "surveys.survey": ("view", "see_answers"),
        "crm.segment": LOOK,
        "crm.campaign": LOOK,
        "support.agentprofile": ("view", "change"),
        "crm.customer": (*WORK, "merge"),
        "crm.dashboard": LOOK,
        "crm.user": (*LOOK, *EVERY_SHOP),
    },
    "manager": MANAGER,
    # Speaks to many and reveals nobody: segments and figures, never a phone.
    "marketer": {
        **PLANS_REWARDS,
        **DRAFTS_RULES,
        **ASKS,
        **SORTS,
        **SEGMENTS,
        **PLANS_CAMPAIGNS,
        "surveys.issue": WORK,
        "crm.customer": LOOK,
        "crm.customerworth": LOOK,
        "crm.customerloyalty": LOOK,
        "crm.timelineentry": LOOK,
        **SALES,
        "crm.category": LOOK,
        "crm.dashboard": LOOK,
        "crm.user": EVERY_SHOP,
    },
    # At the till of their own shops: takes nothing out, and sees no order of another shop.
    "cashier": {
        "crm.customer": WORK,
        "crm.identity": ("view", "add"),
        "crm.timelineentry": LOOK,
        **SALES,
        **MEMBERS,
        **SERVES_AT_TILL,
    },
    # Sees everything, changes nothing.
    "auditor": {
        **dict.fromkeys((*CUSTOMERS, *MEMBERS, *POINTS, *PROGRAMMES, *PLANS_REWARDS), LOOK),
        **dict.fromkeys((*RULES, "loyalty.proof"), LOOK),
        **dict.fromkeys(RUNS_DESK, LOOK),
        **dict.fromkeys((*LETS_ASK, *RULES_THEMES, *TELLS_PEOPLE, *SEGMENTS, *PLANS_CAMPAIGNS), LOOK),
        "support.ticket": ("view", "see_every_ticket"),
        **SALES,
        **dict.fromkeys(
            (
                *("crm.category", "crm.importjob", "crm.eventtype", "crm.apikey"),
                *("crm.webhook", "crm.connection"),
                "crm.parkedentry",
                *("crm.reactioncursor", "crm.dashboard", "crm.installation"),
                *("crm.look", "crm.customerchange", "crm.valuation", "crm.rfmcutpoints"),
            ),
            LOOK,
        ),
        "crm.user": (*LOOK, *EVERY_SHOP),
    },
    "administrator": {
        **MANAGER,
        "crm.customer": (*WORK, "merge", "tell", "erase"),
        "crm.suppression": ("lift_suppression",),
        "crm.identity": ALL,
        "crm.company": ALL,
        "crm.eventtype": ALL,
        "crm.apikey": WORK,
        "crm.webhook": WORK,
        "crm.webhookdelivery": LOOK,
        "crm.connection": WORK,
        "crm.connectordelivery": ("view", "change"),
        "crm.channelaccount": WORK,
        "crm.rawdelivery": ("view", "change"),
        "crm.user": (*WORK, *EVERY_SHOP),
        "crm.installation": ("view", "change"),
    },
}

# What a role is called to those who give it.
NAMES = {
    "agent": _("agent"),
    "team lead": _("team lead"),
    "manager": _("manager"),
    "marketer": _("marketer"),
    "cashier": _("cashier"),
    "auditor": _("auditor"),
    "administrator": _("administrator"),
}


def permissions_of(role: str) -> Iterator[tuple[str, str]]:
    """(app label, codename) of everything the role may do."""
    for model, deeds in ROLES[role].items():
        app, name = model.split(".")
        # A deed of its own name ("reveal_identity") stands as it is.
        yield from ((app, deed if "_" in deed else f"{deed}_{name}") for deed in deeds)
