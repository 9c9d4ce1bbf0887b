"""Who knocks, and what they ask for: one of everything in the own shop, and of the shop's things one in another."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import Group
from django.test import Client
from django.utils import timezone

from config import roles
from crm.channels.base import File
from crm.colleagues import inviting, tasking
from crm.connectors import connecting, inbox
from crm.connectors.base import Parcel
from crm.connectors.point_codes import new_code
from crm.consents import consenting
from crm.integrations.api_keys import SCOPES, issue_key, revoke_keys
from crm.messages import attaching
from crm.models import (
    BulkJob,
    Category,
    ChannelAccount,
    Company,
    Customer,
    EventType,
    ImportJob,
    Installation,
    MergeProposal,
    Message,
    NoticeText,
    ParkedEntry,
    RawDelivery,
    ReactionCursor,
    Return,
    RfmCutPoints,
    SavedView,
    SegmentSnapshot,
    Shipment,
    Shop,
    TimelineEntry,
    User,
    Valuation,
)
from crm.people.merging import merge
from crm.webhooks import asking_again, subscribing
from loyalty import ledger
from loyalty.coupons import rewarding
from loyalty.members import cards, referring, self_joining
from loyalty.members.self_joining import Said
from loyalty.models import (
    AdjustmentRequest,
    CartCode,
    Coupon,
    CouponBatch,
    CouponUse,
    GiftGrant,
    Member,
    Programme,
    Tier,
    TillOperation,
    TillTerms,
)
from support.models import (
    AgentProfile,
    BotConversation,
    BotTurn,
    IncidentProposal,
    Macro,
    Promise,
    ReturnCase,
    ReturnPolicy,
    Shift,
    ShiftPattern,
    SideConversation,
    Skill,
    SubState,
    Tag,
    Team,
    TicketMessage,
    Topic,
)
from support.scripts import playing
from surveys.closing import planning
from surveys.models import Recovery, Response, SurveyVersion, Theme, Trigger, Wave
from tests.factories import campaigns, surveys
from tests.factories import issues as wrong_things
from tests.factories.articles import published
from tests.factories.catalogue import OfferingFactory, ProductFactory
from tests.factories.customers import CustomerFactory, IdentityFactory
from tests.factories.incidents import at_work, drafted
from tests.factories.loyalty import MemberFactory, ProgrammeFactory
from tests.factories.loyalty_drafts import draft, replayed
from tests.factories.loyalty_rewards import (
    BudgetFactory,
    CouponPoolFactory,
    GiftRuleFactory,
    ReferralTermsFactory,
    RewardFactory,
)
from tests.factories.orders import placed_order
from tests.factories.played_scripts import in_use, step, tree
from tests.factories.segments import written
from tests.factories.shops import NOON, ShopFactory, UserFactory
from tests.factories.support import SlaPolicyFactory, TicketFactory, calendar_of_weekdays
from tests.factories.survey_answers import invitation

ROLES = tuple(roles.ROLES)
NOBODY, CUSTOMER, HALF = "nobody", "a customer who signed in", "a colleague without the second factor"
OUTSIDE = (NOBODY, CUSTOMER, HALF)
KNOCKING = (*OUTSIDE, *ROLES)

# No page or answer for somebody of the own shop alone may hold these words.
FOREIGN_WORDS = ("FOREIGN-ORDER-7", "FOREIGN-RETURN-7", "FOREIGNTRACK7")
MISSING = 999_999_999

WITH_EVERYTHING = "everything"
WITHOUT_SCOPES, FOREIGN_SHOP, REVOKED, UNKNOWN, NO_KEY = (
    "no scopes",
    "a foreign shop",
    "revoked",
    "made up",
    "none at all",
)
SHUT_OUT = (REVOKED, UNKNOWN, NO_KEY)


@dataclass(kw_only=True)
class World:
    """`own` and `foreign` are keys of rows by what they are; `people` and `keys` are who asks."""

    own: dict[str, Any] = field(default_factory=dict)
    foreign: dict[str, Any] = field(default_factory=dict)
    people: Mapping[str, Client] = field(default_factory=dict)
    owners: dict[str, User] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def values(self, about: str, whose: str) -> list[Any]:
        """What fills an address about `customer identity`, say."""
        if whose == "none":
            return [MISSING if not str(self.own[name]).isalpha() else "nosuchthing" for name in about.split()]
        table = self.own if whose == "own" else {**self.own, **self.foreign}
        return [table[name] for name in about.split()]


def build() -> World:
    world = World()
    shop, other = ShopFactory(slug="own"), ShopFactory(slug="foreign")
    world.people = dict(_people(world, shop))
    _house(world, shop)
    _persons(world, shop)
    _rewards(world)
    _rules(world)
    _desk(world.own, "own", team=None, world=world)
    _desk(world.foreign, "foreign", team=Team.objects.create(slug="foreign", names={"en": "F"}), world=world)
    _sales(world.own, shop, "OWN", world)
    _sales(world.foreign, other, "FOREIGN", world)
    _keys(world, shop, other)
    for known in (world.own, world.foreign):
        known["cartcode"] = _cart_code(known["connection"], world)
    return world


def _cart_code(connection_id: int, world: World) -> int:
    held = ledger.hold(world.own["member"], points=1, key=f"cart {connection_id}", until=NOON, at=NOON)
    return CartCode.objects.create(
        connection_id=connection_id,
        hold_id=held.hold_id,
        code=new_code(),
        amount=1,
        currency="EUR",
        usable_until=NOON,
        asked_at=NOON,
    ).pk


def _people(world: World, shop: Shop) -> Iterator[tuple[str, Client]]:
    yield NOBODY, Client()
    customer = User.objects.create_user("buyer@mail.example", name="Buyer", customer=CustomerFactory())
    yield CUSTOMER, _signed_in(customer, sure=True)
    half = UserFactory(is_superuser=True)
    yield HALF, _signed_in(half, sure=False)
    for role in ROLES:
        colleague = UserFactory()
        colleague.groups.add(Group.objects.get(name=role))
        colleague.shops.add(shop)
        world.owners[role] = colleague
        yield role, _signed_in(colleague, sure=True)


def _signed_in(user: User, *, sure: bool) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    session = client.session
    shown = [{"method": "password", "at": time.time()}]
    shown += [{"method": "mfa", "at": time.time(), "type": "totp"}] if sure else []
    session["account_authentication_methods"] = shown
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


def _furnished_desk(colleague: User) -> dict[str, int]:
    """What the desk is furnished with, and a shift that is still to come."""
    now, names = timezone.now(), {"en": "Word"}
    return {
        "team": Team.objects.create(slug="a-team", names=names).pk,
        "topic": Topic.objects.create(slug="a-topic", names=names).pk,
        "substate": SubState.objects.create(slug="a-state", names=names, category="open").pk,
        "skill": Skill.objects.create(slug="a-skill", names=names).pk,
        "tag": Tag.objects.create(name="a tag").pk,
        "macro": Macro.objects.create(names=names, texts=names).pk,
        "agentprofile": AgentProfile.objects.create(user=colleague).pk,
        "shiftpattern": ShiftPattern.objects.create(
            agent=colleague, weekday=0, begins="09:00", ends="18:00", since=now.date()
        ).pk,
        "shift": Shift.objects.create(
            agent=colleague, starts_at=now + timedelta(hours=1), ends_at=now + timedelta(hours=9)
        ).pk,
    }


def _segmented(owner: User) -> dict[str, int]:
    segment = written(owner=owner)
    snapshot = SegmentSnapshot.objects.create(
        segment=segment, name="Autumn", taken_at=NOON, taken_by=owner, size=0
    )
    campaign = campaigns.draft(owner, conditions={"all": []}, kind="points", terms={"points": 1})
    return {"segment": segment.pk, "snapshot": snapshot.pk, "campaign": campaign.pk}


def _valued() -> dict[str, Any]:
    night = Valuation.objects.create(as_of=NOON.date(), horizon_days=90, started_at=NOON)
    cuts = {"recency_days": [1, 2, 3, 4], "frequency": [1, 2, 4, 8], "monetary": [1, 2, 3, 4]}
    frozen = RfmCutPoints.objects.create(
        month=NOON.date(), currency="EUR", customers=5, bought_once=1, counted_at=NOON, **cuts
    )
    return {"valuation": night.pk, "rfmcutpoints": frozen.pk}


def _house(world: World, shop: Shop) -> None:
    colleague = UserFactory()
    world.own |= {
        "shop": shop.pk,
        "user": colleague.pk,
        "group": Group.objects.get(name="agent").pk,
        "installation": Installation.objects.create(name="Липа", languages=["en"], set_up_at=NOON).pk,
        "category": Category.objects.create(name="Teas").pk,
        "product": OfferingFactory(shop=shop, product=ProductFactory()).product_id,
        "eventtype": EventType.objects.create(shop=shop, name="course", label_en="Course", data_schema={}).pk,
        "company": Company.objects.create(name="Чайна ООД").pk,
        **_valued(),
        "reactioncursor": ReactionCursor.objects.get_or_create(reaction="a-reaction")[0].pk,
        "part": "people",
        "list": "customer",
        "format": "csv",
        "kind": "customer",
        "returnpolicy": ReturnPolicy.objects.create(number=1, texts={"en": "Fourteen days."}).pk,
        "calendar": calendar_of_weekdays((9, 18)).pk,
        **_furnished_desk(colleague),
        "slapolicy": SlaPolicyFactory().pk,
        **_help_centre(),
        "word": "nothing",
        "app": "crm",
        "dashboard": "customers",
        "figure": "repeat-customers",
        "programmefigure": "points-outstanding",
        "missing": MISSING,
    }
    job = ImportJob.objects.create(
        shop=shop, file_name="past.csv", currency="EUR", time_zone="UTC", created_at=NOON, moved_at=NOON
    )
    invitation, token = inviting.invite(
        email="new@lipa.example",
        name="New",
        role=Group.objects.get(name="agent"),
        invited_by=colleague,
        at=timezone.now(),
    )
    view = SavedView.objects.create(owner=colleague, list_name="crm.customer", name="one", saved_at=NOON)
    world.own |= {"importjob": job.pk, "invitation": invitation.pk, "token": token, "savedview": view.pk}


def _help_centre() -> dict[str, Any]:
    article = published("a-ready-answer")
    return {
        "article": article.pk,
        "articlecategory": article.category_id,
        "articleslug": article.slug,
        "language": "en",
    }


def _persons(world: World, shop: Shop) -> None:
    customer, other, third = CustomerFactory.create_batch(3)
    identity = IdentityFactory(customer=customer)
    told = {"purpose": "advertising", "channel": "email", "source": "agent", "occurred_at": NOON, "at": NOON}
    consenting.give(customer, **told)
    agent = world.owners["agent"]
    member = MemberFactory(customer=customer, programme=ProgrammeFactory(slug="main"))
    earned = [ledger.Lot(points=100)]
    ledger.earn(member.pk, lots=earned, key="earned", occurred_at=NOON, at=NOON)
    batch = cards.make_batch(programme=member.programme, size=1, by=agent, at=NOON)
    card = cards.issue(batch.cards.get().number, member=member, shop=shop, by=agent, at=NOON)
    world.own |= {
        "programme": member.programme_id,
        "wallet": member.pk,
        "transaction": member.wallet.transactions.latest("pk").pk,
        "lot": member.wallet.lots.latest("pk").pk,
        "cardbatch": batch.pk,
        "card": card.pk,
    }
    task = tasking.set_task(
        title="Ring", owner=agent, customer=customer, due_at=NOON, set_by=agent, key="1", at=NOON
    )
    twins = CustomerFactory.create_batch(2)
    first, second = sorted(twins, key=lambda person: person.pk)
    proposal = MergeProposal.objects.create(first=first, second=second, evidence=[], found_at=NOON)
    world.own |= {
        "customer": customer.pk,
        "member": member.pk,
        "hold": ledger.hold(member.pk, points=5, key="held", until=NOON, at=NOON).hold_id,
        "other": other.pk,
        "identity": identity.pk,
        "task": task.pk,
        **_segmented(agent),
        "merge": merge(customer, other=third, by=None, at=NOON).pk,
        "mergeproposal": proposal.pk,
    }


def _rewards(world: World) -> None:
    """What the programme gives: it belongs to the company."""
    member = Member.objects.get(pk=world.own["member"])
    reward, pool = RewardFactory(points=1), CouponPoolFactory(uses_per_code=None)
    redemption = rewarding.redeem(member, reward=reward, key="a-reward", at=NOON)
    coupon = Coupon.objects.create(pool=pool, code="SPRINGTEN", created_at=NOON)
    batch = CouponBatch.objects.create(pool=pool, wanted=1, created_at=NOON, moved_at=NOON)
    rule = GiftRuleFactory()
    grant = GiftGrant.objects.create(rule=rule, member=member, year=2026, points=1, granted_at=NOON)
    terms = ReferralTermsFactory()
    friend = MemberFactory(programme=member.programme)
    code = referring.code_of(member, at=NOON).code
    world.own |= {
        "tier": Tier.objects.create(programme=member.programme, slug="friends", name="Friends", level=7).pk,
        "reward": reward.pk,
        "redemption": redemption.pk,
        "couponpool": pool.pk,
        "couponbatch": batch.pk,
        "coupon": coupon.pk,
        "code": coupon.code,
        "giftrule": rule.pk,
        "giftgrant": grant.pk,
        "referralterms": terms.pk,
        "referral": referring.refer(friend, code=code, at=NOON).pk,
        "budget": BudgetFactory().pk,
    }


def _rules(world: World) -> None:
    """What the programme gives points for, and a draft that was tried on the past."""
    its = draft(Programme.objects.get(pk=world.own["programme"]))
    world.own |= {"rule": its.rule_id, "replay": replayed(its).pk, "playbook": "gifts"}


def _desk(its: dict[str, Any], word: str, *, team: Team | None, world: World) -> None:
    """A ticket of a team, or of nobody's, with a message, its file, a promise and a question to a department."""
    customer = CustomerFactory._meta.model.objects.get(pk=world.own["customer"])
    ticket = TicketFactory(customer=customer, team=team, source_id=word)
    agent = world.owners["team lead"]
    account = ChannelAccount.objects.create(channel="email", name=word, opened_at=NOON)
    message = Message.objects.create(
        customer=customer,
        account=account,
        direction="in",
        author_kind="customer",
        state="received",
        identity_kind="email",
        source="test",
        source_id=word,
        occurred_at=NOON,
        recorded_at=NOON,
    )
    TicketMessage.objects.create(ticket=ticket, message=message, placed_at=NOON)
    (file,) = attaching.attach(message, [File(name="a.txt", content_type="text/plain", content=b"a")])
    promise = Promise.objects.create(ticket=ticket, what="ring", due_at=NOON, made_by=agent, made_at=NOON)
    department = Team.objects.get_or_create(slug="stock", names={"en": "Stock"}, answers_customers=False)[0]
    question = SideConversation.objects.create(
        ticket=ticket, team=department, subject="?", asked_by=agent, asked_at=NOON, key=word
    )
    asked = surveys.published(surveys.survey(word))
    script = in_use(tree(step("only", "end", text="Hello", outcome="solved")))
    run = playing.start(script, ticket=ticket, by=agent, key=word, at=NOON)
    its |= {
        "ticket": ticket.pk,
        "survey": asked.survey_id,
        "surveyslug": asked.survey.slug,
        "surveyversion": asked.number,
        "surveytrigger": Trigger.objects.create(survey=asked.survey, fact="crm.order_delivered").pk,
        "surveywave": Wave.objects.create(
            survey=asked.survey, name=word, starts_on=NOON.date(), ends_on=NOON.date()
        ).pk,
        "surveyway": "retirement",
        "script": script.pk,
        "scriptslug": script.slug,
        "scriptversion": script.versions.get(state="published").number,
        "scriptkey": "only",
        "scriptway": "submission",
        "scenario": script.scenario_id,
        "scriptrun": run.pk,
        "message": message.pk,
        **_channel(account, agent, word),
        "filetoken": file.token,
        "promise": promise.pk,
        "question": question.pk,
        **_asked_the_bot(customer, word),
    }


def _asked_the_bot(customer: Customer, word: str) -> dict[str, Any]:
    """In the chat of a shop, whose name is this word."""
    talk = BotConversation.objects.create(
        customer=customer,
        shop=Shop.objects.get(slug=word),
        key=word,
        language="en",
        started_at=NOON,
        last_at=NOON,
    )
    turn = BotTurn.objects.create(conversation=talk, asked="?", reason="not_known", asked_at=NOON)
    return {"botturn": turn.pk, "botsession": talk.key}


def _channel(account: ChannelAccount, colleague: User, word: str) -> dict[str, int]:
    """A mailbox, what came in on it, and words of a notice."""
    delivery = RawDelivery.objects.create(account=account, delivery_id=word, body=b"", received_at=NOON)
    text = NoticeText.objects.create(
        notice=word, language="en", length="long", text="…", changed_at=NOON, changed_by=colleague
    )
    return {"channelaccount": account.pk, "rawdelivery": delivery.pk, "noticetext": text.pk}


def _sales(its: dict[str, Any], shop: Shop, word: str, world: World) -> None:
    customer = CustomerFactory._meta.model.objects.get(pk=world.own["customer"])
    order = placed_order(f"{word}-ORDER-7", shop=shop, customer=customer)
    parcel = Shipment.objects.create(order=order, external_id="1", tracking_number=f"{word}TRACK7")
    back = Return.objects.create(
        shop=shop,
        customer=customer,
        external_id=f"{word}-RETURN-7",
        number=f"{word}-RETURN-7",
        currency="EUR",
        amount=1,
        returned_at=NOON,
    )
    case = ReturnCase.objects.create(
        order=order,
        customer=customer,
        why="other",
        comment=word,
        requested_at=NOON,
        source="test",
        source_id=word,
    )
    incident, working = (drafted(names={"en": word}, shop=shop) for _n in range(2))
    at_work(working, by=User.objects.get(pk=world.own["user"]))
    entry = TimelineEntry.objects.get(kind="crm.order_placed", shop=shop)
    parked = ParkedEntry.objects.create(
        reaction=f"{word}-reaction", entry=entry, customer=customer, error="x", parked_at=NOON
    )
    said = Said(name=word, address="0888 123 456", agrees_to_advertising=False)
    its["joiningrequest"] = self_joining.ask(
        said,
        programme=Programme.objects.get(slug="main"),
        shop=shop,
        through="counter",
        browser="b",
        at=timezone.now(),
        asks_the_cashier=True,
    ).pk
    asked = AdjustmentRequest.objects.create(
        member_id=world.own["member"],
        points=1,
        reason=word,
        requested_through=f"api:{shop.slug}",
        requested_at=NOON,
        expires_at=NOON,
    )
    used = CouponUse.objects.create(
        coupon_id=world.own["coupon"], shop=shop, key=f"use-{word}", currency="EUR", used_at=NOON
    )
    key, _text = issue_key(shop=shop, scopes=[])
    job = BulkJob.objects.create(
        shop=shop, key=key, kind="orders", language="en", items_total=1, created_at=NOON, moved_at=NOON
    )
    answered = Response.objects.create(
        version=SurveyVersion.objects.get(survey=its["survey"]),
        shop=shop,
        source="test",
        source_id=word,
        answered_at=NOON,
        settled_at=NOON,
    )
    wrong = wrong_things.issue(shop=shop, title=word)
    said = wrong_things.said(issue=wrong, source_id=word)
    theme = Theme.objects.create(slug=word.lower(), names={"en": word}, department=wrong.department)
    till = TillOperation.objects.create(
        key=uuid4(),
        kind="sale",
        shop=shop,
        order=order,
        member_id=world.own["member"],
        done_by_id=world.own["user"],
        done_at=NOON,
    )
    its |= {
        "tilloperation": till.pk,
        "tillterms": TillTerms.objects.get_or_create(shop=shop)[0].pk,
        "issue": wrong.pk,
        "department": wrong.department_id,
        "theme": theme.pk,
        "feedback": said.pk,
        "planstep": planning.add_step(wrong, what=word, owner=wrong.owner).pk,
        "themeslug": theme.slug,
        "feedbackofshop": wrong_things.said(shop=shop, source_id=f"{word}-2").pk,
        "issuefeedback": said.pk,
        "recovery": Recovery.objects.create(
            response=answered, ticket_id=answered.pk, opened_at=NOON, due_at=NOON
        ).pk,
        "staffversion": surveys.published(
            surveys.survey(f"{word}-staff", budget="staff", is_anonymous=True), content=surveys.only("enps")
        ).pk,
        "surveyresponse": answered.pk,
        "surveyinvitation": invitation(answered.version, shop=shop).pk,
        "adjustmentrequest": asked.pk,
        "couponuse": used.pk,
        "order": order.pk,
        "shipment": parcel.pk,
        "bulkjob": job.pk,
        "return": back.pk,
        "returncase": case.pk,
        "incident": incident.pk,
        "proposedincident": IncidentProposal.objects.create(
            noticed_at=NOON, last_seen_at=NOON, tickets=9, minutes=15, expected=1
        ).pk,
        "workingincident": working.pk,
        "step": "approve",
        "timelineentry": entry.pk,
        **_webhook(shop),
        **_connection(shop),
        "parkedentry": parked.pk,
    }


def _connection(shop: Shop) -> dict[str, int]:
    secrets = connecting.fresh_secrets("woocommerce")
    made = connecting.connect(shop=shop, vendor="woocommerce", secrets=secrets, at=NOON)
    delivery = inbox.keep(made, Parcel(delivery_id="1", topic="order.created", body=b"{}"), at=NOON)
    assert delivery
    mapped = connecting.connect(
        shop=shop, vendor="any-json", secrets=connecting.fresh_secrets("any-json"), at=NOON
    )
    round = made.rounds.create(purpose="comparison", created_at=NOON, moved_at=NOON)
    difference = round.differences.create(kind="sum", thing="order:1", called="1")
    return {
        "connection": made.pk,
        "connectordelivery": delivery.pk,
        "connectorround": round.pk,
        "difference": difference.pk,
        "mappedconnection": mapped.pk,
    }


def _webhook(shop: Shop) -> dict[str, int]:
    webhook = subscribing.subscribe(
        shop=shop, name="server", url="https://shop.example/hooks", kinds=(), at=NOON
    )
    delivery = asking_again.send_test(webhook, at=NOON)
    return {"webhook": webhook.pk, "webhookdelivery": delivery.pk}


def _keys(world: World, shop: Shop, other: Shop) -> None:
    for scope in SCOPES:
        world.keys[scope] = issue_key(shop=shop, scopes=[scope])[1]
    everything, world.keys[WITH_EVERYTHING] = issue_key(shop=shop, scopes=["*"])
    world.own["apikey"] = everything.pk
    world.keys[WITHOUT_SCOPES] = issue_key(shop=shop, scopes=[])[1]
    world.keys[FOREIGN_SHOP] = issue_key(shop=other, scopes=["*"])[1]
    revoked, world.keys[REVOKED] = issue_key(shop=shop, scopes=["*"])
    revoke_keys([revoked], at=NOON)
    world.keys[UNKNOWN] = f"vrn_live_{'0' * 8}_{'0' * 64}"
    world.keys[NO_KEY] = ""
