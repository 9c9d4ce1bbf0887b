"""Who reacts to what: fact → functions. Adapters only; the deed itself is a verb of some app."""

from collections.abc import Sequence
from typing import Any

from config.notices import OF_ORDERS, send_notices_another_way, tell_of_orders, tell_of_points
from config.survey_occasions import OCCASIONS
from crm.facts import (
    FACTS,
    CallEnded,
    CallMissed,
    CallPlaced,
    CallReceived,
    CreditGiven,
    CustomersMerged,
    CustomersSeparated,
    GoodsReturned,
    IdentityAdded,
    MessageNotDelivered,
    MessageReceived,
    MessageSent,
    MoneyGivenBack,
    OrderAmended,
    OrderCancelled,
    OrderPaid,
    OrderPlaced,
    ParcelPromised,
    SegmentEntered,
    SegmentLeft,
)
from crm.messages import acknowledging
from crm.models import Call, Message, TimelineEntry, Webhook
from crm.models.connection import CONNECTED
from crm.people import likeness
from crm.purchases import figures
from crm.reactions import Reaction
from crm.rollups import marking
from crm.rollups.rollup import facts_heard
from crm.segments import membership
from crm.webhooks import tasks as webhook_tasks
from crm.worth import turns
from loyalty import tiering
from loyalty.coupons import couponing
from loyalty.facts import GiftGiven, MemberJoined, PointsEarned, PointsExpireSoon, TierReached
from loyalty.members import referring, uniting
from loyalty.points import amending, carting, earning, gifting, reversal
from support import opening
from support.answering import replying
from support.answering.mood import Mood, mood_of
from support.bot import answering, hearing
from support.facts import TicketMerged, TicketOpened, TicketReopened, TicketResolved
from support.incidents import linking
from support.models import Ticket
from surveys.asking import buttons, triggering
from surveys.closing import recovering
from surveys.facts import AnswerChanged, SurveyAnswered
from surveys.feedback import hearing as feedback_hearing


def keep_customer_figures(entries: Sequence[TimelineEntry]) -> None:
    its = {entry.customer_id for entry in entries if entry.customer_id}
    figures.recount(its, at=entries[-1].recorded_at)
    # Segments ask for the figures: whoever was looked at before they were counted is looked at once more.
    look_for_segments(entries)
    # So does their worth.
    turns.queue({entry.customer_id for entry in entries if entry.customer_id}, at=entries[-1].recorded_at)


def look_for_segments(entries: Sequence[TimelineEntry]) -> None:
    membership.look_again(entries, at=entries[-1].recorded_at)


def mark_days_to_count(entries: Sequence[TimelineEntry]) -> None:
    marking.mark_heard(entries, at=entries[-1].recorded_at)


def tell_shops(entries: Sequence[TimelineEntry]) -> None:
    """A hint, so that it is told within a second: whatever is to be told is read from the feed."""
    if Webhook.objects.open().exists():
        webhook_tasks.start()


def propose_merges(entries: Sequence[TimelineEntry]) -> None:
    people = {entry.customer_id for entry in entries if entry.customer_id}
    likeness.propose(people, at=entries[-1].recorded_at)


def settle_codes_of_carts(entries: Sequence[TimelineEntry]) -> None:
    """Only orders of connected systems come with such codes: nobody else's payment asks for them."""
    for entry in entries:
        if entry.subject_id and entry.source.startswith(CONNECTED):
            carting.follow_order(entry.subject_id, source=entry.source, at=entry.recorded_at)


def earn_points(entries: Sequence[TimelineEntry]) -> None:
    for entry in entries:
        if entry.customer_id and entry.subject_id:
            earning.earn_everywhere(entry.subject_id, at=entry.recorded_at, caused_by=entry)


def take_points_back_of_an_order(entries: Sequence[TimelineEntry]) -> None:
    for entry in entries:
        if entry.customer_id and entry.subject_id:
            reversal.reverse_cancelled(entry.subject_id, at=entry.recorded_at, caused_by=entry)


def take_points_back_of_a_return(entries: Sequence[TimelineEntry]) -> None:
    returns = {entry.subject_id: entry for entry in entries if entry.customer_id and entry.subject_id}
    reversal.reverse_returns(returns, at=entries[-1].recorded_at)


def bring_points_of_changed_orders_up_to_date(entries: Sequence[TimelineEntry]) -> None:
    for entry in entries:
        if entry.customer_id and entry.subject_id:
            amending.follow_amended(entry.subject_id, at=entry.recorded_at, caused_by=entry)


def recount_tiers(entries: Sequence[TimelineEntry]) -> None:
    people = {entry.customer_id for entry in entries if entry.customer_id}
    tiering.recount_people(people, at=entries[-1].recorded_at)


def let_members_follow_their_people(entries: Sequence[TimelineEntry]) -> None:
    for entry in entries:
        how: Any = {"key": f"entry:{entry.pk}:loyalty.uniting", "at": entry.recorded_at, "caused_by": entry}
        match entry.fact:
            case CustomersMerged(survivor_id=survivor_id, merged_id=merged_id):
                uniting.unite(survivor_id, merged_id, **how)
            case CustomersSeparated(other_id=other_id) if entry.customer_id:
                uniting.separate(entry.customer_id, other_id, **how)


def release_coupons(entries: Sequence[TimelineEntry]) -> None:
    for entry in entries:
        if entry.subject_id:
            couponing.release_of_order(entry.subject_id, at=entry.recorded_at)


def note_first_orders_of_friends(entries: Sequence[TimelineEntry]) -> None:
    for entry in entries:
        if entry.customer_id and entry.subject_id:
            referring.note_paid_order(entry.subject_id)


def reconsider_referrals(entries: Sequence[TimelineEntry]) -> None:
    referring.reconsider(
        {entry.customer_id for entry in entries if entry.customer_id}, at=entries[-1].recorded_at
    )


def welcome_members(entries: Sequence[TimelineEntry]) -> None:
    for entry in entries:
        if entry.subject_id:
            gifting.welcome(entry.subject_id, at=entry.recorded_at)


def give_messages_their_ticket(entries: Sequence[TimelineEntry]) -> None:
    for entry in entries:
        if entry.subject_id:
            message = Message.objects.select_related("account__shop", "in_reply_to").get(pk=entry.subject_id)
            if not buttons.is_answer(message) and not hearing.hear(message, at=entry.recorded_at):
                opening.hear(message, at=entry.recorded_at, caused_by=entry)


def acknowledge_messages(entries: Sequence[TimelineEntry]) -> None:
    for entry in entries:
        if entry.subject_id and not hearing.holds(entry.subject_id):
            message = Message.objects.select_related("account", "in_reply_to").get(pk=entry.subject_id)
            if not buttons.is_answer(message):
                acknowledging.acknowledge(message, at=entry.recorded_at)


def let_the_bot_answer(entries: Sequence[TimelineEntry]) -> None:
    for entry in entries:
        if entry.subject_id:
            answering.answer_message(entry.subject_id, at=entry.recorded_at)


def give_calls_their_ticket(entries: Sequence[TimelineEntry]) -> None:
    for entry in entries:
        if entry.subject_id:
            call = Call.objects.select_related("customer", "colleague", "account__shop").get(
                pk=entry.subject_id
            )
            opening.hear_call(call, at=entry.recorded_at)


def count_answers_as_given(entries: Sequence[TimelineEntry]) -> None:
    for entry in entries:
        if entry.subject_id:
            replying.sent(Message.objects.get(pk=entry.subject_id), at=entry.recorded_at)


def bring_back_what_did_not_arrive(entries: Sequence[TimelineEntry]) -> None:
    for entry in entries:
        if entry.subject_id:
            replying.not_delivered(Message.objects.get(pk=entry.subject_id), at=entry.recorded_at)


def link_tickets_of_incidents(entries: Sequence[TimelineEntry]) -> None:
    for entry in entries:
        if entry.subject_id:
            linking.link_new(Ticket.objects.get(pk=entry.subject_id), at=entry.recorded_at)


def call_the_unhappy(entries: Sequence[TimelineEntry]) -> None:
    for entry in entries:
        if entry.subject_id and isinstance(entry.fact, SurveyAnswered):
            recovering.answered_again(entry.subject_id, fact=entry.fact)
            recovering.recover(
                entry.subject_id, fact=entry.fact, key=f"entry:{entry.pk}", at=entry.recorded_at
            )


def note_who_was_spoken_to(entries: Sequence[TimelineEntry]) -> None:
    for entry in entries:
        if entry.customer_id and _is_by_a_colleague(entry):
            recovering.spoken_to(entry.customer_id, at=entry.occurred_at)


def _is_by_a_colleague(entry: TimelineEntry) -> bool:
    if not isinstance(entry.fact, MessageSent):
        return True
    written = Message.objects.filter(author_kind=Message.Author.COLLEAGUE)
    return entry.subject_id is not None and written.filter(pk=entry.subject_id).exists()


def follow_tickets_of_the_unhappy(entries: Sequence[TimelineEntry]) -> None:
    for entry in entries:
        if entry.subject_id is None:
            continue
        match entry.fact:
            # What time alone resolved, nobody put right.
            case TicketResolved() if entry.actor_id:
                recovering.ticket_resolved(entry.subject_id, at=entry.occurred_at)
            case TicketReopened():
                recovering.ticket_reopened(entry.subject_id)
            case TicketMerged(into_number=number):
                recovering.ticket_goes_on(entry.subject_id, into=int(number))


def take_in_words_of_answers(entries: Sequence[TimelineEntry]) -> None:
    for entry in entries:
        if entry.subject_id:
            feedback_hearing.hear_answer(entry.subject_id, at=entry.recorded_at)


def take_in_words_of_tickets(entries: Sequence[TimelineEntry]) -> None:
    """Of what customers began and a colleague has resolved: spam, merged and forgotten tickets tell nothing.

    Whoever asked calmly has their answer; whoever was upset is looked at by the department that can change something.
    """
    for entry in entries:
        if entry.subject_id is None or entry.actor_id is None:
            continue
        written = Message.objects.filter(
            place__ticket=entry.subject_id, place__ticket__opened_by=None, direction=Message.Direction.IN
        )
        if first := written.select_related("customer", "place__ticket__shop").order_by("pk").first():
            feedback_hearing.hear_ticket(
                entry.subject_id,
                text=first.text,
                language=first.place.ticket.language or entry.language,
                customer=first.customer,
                shop=first.place.ticket.shop,
                occurred_at=first.occurred_at,
                at=entry.recorded_at,
                settled_by=entry.actor if mood_of(first.text) == Mood.CALM else None,
            )


def hear_what_was_tapped(entries: Sequence[TimelineEntry]) -> None:
    for entry in entries:
        if entry.subject_id:
            messages = Message.objects.select_related("customer", "account", "in_reply_to")
            buttons.hear(messages.get(pk=entry.subject_id), at=entry.recorded_at)


def plan_to_ask(entries: Sequence[TimelineEntry]) -> None:
    triggering.plan(entries)


AT_ONCE: Sequence[Reaction] = (
    # Before the order earns: what points paid earns nothing.
    Reaction(name="loyalty.carts", on=(OrderPaid, OrderCancelled), do=settle_codes_of_carts),
    Reaction(name="loyalty.earning", on=(OrderPaid,), do=earn_points),
    # What an imported past earned is brought up to date as well; what of it earned nothing is left alone.
    Reaction(
        name="loyalty.amending",
        on=(OrderAmended,),
        do=bring_points_of_changed_orders_up_to_date,
        wants_history=True,
    ),
    Reaction(name="loyalty.cancelling", on=(OrderCancelled,), do=take_points_back_of_an_order),
    # A credit that stands alone is of no order that earned.
    Reaction(
        name="loyalty.returning", on=(GoodsReturned,), do=take_points_back_of_a_return, wants_history=True
    ),
    Reaction(name="support.opening", on=(MessageReceived,), do=give_messages_their_ticket),
    Reaction(
        name="support.calls",
        on=(CallReceived, CallPlaced, CallMissed, CallEnded),
        do=give_calls_their_ticket,
    ),
    Reaction(name="support.not_delivered", on=(MessageNotDelivered,), do=bring_back_what_did_not_arrive),
    Reaction(name="support.answering", on=(MessageSent,), do=count_answers_as_given),
)

AFTERWARDS: Sequence[Reaction] = (
    Reaction(name="surveys.buttons", on=(MessageReceived,), do=hear_what_was_tapped),
    Reaction(name="surveys.asking", on=tuple(one.fact for one in OCCASIONS), do=plan_to_ask),
    Reaction(name="surveys.recovering", on=(SurveyAnswered, AnswerChanged), do=call_the_unhappy),
    Reaction(name="surveys.spoken_to", on=(MessageSent, CallEnded), do=note_who_was_spoken_to),
    Reaction(
        name="surveys.tickets",
        on=(TicketResolved, TicketReopened, TicketMerged),
        do=follow_tickets_of_the_unhappy,
    ),
    Reaction(
        name="surveys.words_of_answers", on=(SurveyAnswered, AnswerChanged), do=take_in_words_of_answers
    ),
    Reaction(name="surveys.words_of_tickets", on=(TicketResolved,), do=take_in_words_of_tickets),
    Reaction(name="support.incidents", on=(TicketOpened,), do=link_tickets_of_incidents),
    Reaction(name="loyalty.coupons_of_cancelled", on=(OrderCancelled,), do=release_coupons),
    Reaction(name="loyalty.first_orders_of_friends", on=(OrderPaid,), do=note_first_orders_of_friends),
    Reaction(
        name="loyalty.referrals_reconsidered", on=(OrderCancelled, GoodsReturned), do=reconsider_referrals
    ),
    Reaction(name="loyalty.welcome", on=(MemberJoined,), do=welcome_members),
    Reaction(
        name="loyalty.uniting",
        on=(CustomersMerged, CustomersSeparated),
        do=let_members_follow_their_people,
        wants_history=True,
    ),
    Reaction(name="support.bot", on=(MessageReceived,), do=let_the_bot_answer),
    Reaction(name="crm.acknowledging", on=(MessageReceived,), do=acknowledge_messages),
    Reaction(
        name="crm.customer_figures",
        on=(
            *(OrderPlaced, OrderAmended, OrderCancelled, GoodsReturned, CreditGiven),
            *(MoneyGivenBack, CustomersMerged, CustomersSeparated),
        ),
        do=keep_customer_figures,
        wants_history=True,
    ),
    # Whatever happens, but for coming and going itself: segments inside segments are looked at with the others.
    Reaction(
        name="crm.segments",
        on=tuple(fact for fact in FACTS.values() if fact not in (SegmentEntered, SegmentLeft)),
        do=look_for_segments,
        wants_history=True,
    ),
    Reaction(name="crm.webhooks", on=tuple(FACTS.values()), do=tell_shops),
    Reaction(name="crm.rollups", on=facts_heard(), do=mark_days_to_count, wants_history=True),
    Reaction(
        name="crm.merge_proposals",
        on=(IdentityAdded, CustomersMerged),
        do=propose_merges,
        wants_history=True,
    ),
    Reaction(
        name="loyalty.tiers_of_merged",
        on=(CustomersMerged, CustomersSeparated),
        do=recount_tiers,
        wants_history=True,
    ),
    Reaction(name="crm.order_notices", on=(*OF_ORDERS, ParcelPromised), do=tell_of_orders),
    Reaction(
        name="loyalty.point_notices",
        on=(PointsEarned, PointsExpireSoon, TierReached, GiftGiven),
        do=tell_of_points,
    ),
    Reaction(name="crm.notices_another_way", on=(MessageNotDelivered,), do=send_notices_another_way),
)
