"""Who answers a ticket: by a colleague's word, or by itself."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet

from crm.colleagues.tasking import NotAColleague
from crm.models import User
from crm.people.same_person import ids_by
from support import changing
from support.changing import Held
from support.colleagues import shifts
from support.giving import STICKS_FOR, Candidate, Wanted, in_order
from support.models import AgentProfile, Shift, Team, Ticket
from support.models.tagging import Category
from support.timekeeping import clocks

# What weighs on somebody: the customer waits for them.
WAITS_FOR_US = (Category.NEW, Category.OPEN, Category.WAITING_US)
AT_ONCE = 200


@transaction.atomic
def assign(
    ticket: Ticket, *, to: User | None, by: User | None, at: datetime, version: int | None = None
) -> Ticket:
    """Give a ticket to a colleague, or to nobody. To whom it is given already: nothing changes.

    Locks the customer's row, then the ticket's.

    Raises:
        TicketChanged, NotAColleague: nothing is changed.
    """
    held = changing.hold(ticket, version=version)
    if to and not (to.is_staff and to.is_active):
        raise NotAColleague
    if held.ticket.assignee != to:
        _hand(held, to, kind="assigned" if to else "unassigned", by=by, at=at)
    return held.ticket


@transaction.atomic
def pass_to_team(
    ticket: Ticket, *, team: Team | None, by: User | None, at: datetime, version: int | None = None
) -> Ticket:
    """Let another team answer; whoever had it and is not in that team has it no more. Again: nothing changes.

    Locks the customer's row, then the ticket's.

    Raises:
        TicketChanged: nothing is changed.
    """
    held = changing.hold(ticket, version=version)
    if held.ticket.team == team:
        return held.ticket
    held.ticket.team = team
    figures = {"team": team.names} if team else {}
    changing.happen(held.ticket, "teamed" if team else "unteamed", by=by, at=at, fields=["team"], **figures)
    clocks.reconsidered(held.ticket, at=at)
    if team and held.ticket.assignee and not team.agents.filter(user=held.ticket.assignee).exists():
        _hand(held, None, kind="unassigned", by=by, at=at)
    return held.ticket


@transaction.atomic
def give(ticket: Ticket, *, at: datetime) -> User | None:
    """Give a ticket that nobody has to whoever is right for it; None: nobody is, for now. Locks as `assign`."""
    held = changing.hold(ticket)
    find_agent(held, at=at)
    return held.ticket.assignee


def find_agent(held: Held, *, at: datetime) -> None:
    """As `give`, of a ticket that is locked already. Of colleagues who are asked only one that nobody else asks at the
    same moment is locked, so that this waits for nobody."""
    ticket = held.ticket
    if ticket.assignee_id is not None or ticket.category not in WAITS_FOR_US:
        return
    wanted = _wanted(held, at=at)
    for agent in in_order(_candidates(ticket, wanted, at=at), wanted):
        if agent in wanted.known_to or _has_room(agent):
            _hand(held, User.objects.get(pk=agent), kind="given", by=None, at=at)
            return


def find_owner(held: Held, *, at: datetime) -> None:
    """As `find_agent`, of what cannot be nobody's until a shift begins: else it is given to whoever is right for it
    though they are not here, past their capacity too; else to the lead of its team, or of any.
    """
    find_agent(held, at=at)
    if held.ticket.assignee_id is None and (owner := _owner_though_not_here(held, at=at)):
        _hand(held, owner, kind="given", by=None, at=at)


def give_waiting(*, at: datetime) -> int:
    """Give what nobody has to whoever came or has room now, who waits longest first; how many. Each by itself."""
    if not Shift.objects.here(at).exists():
        return 0
    waiting = Ticket.objects.filter(assignee=None, category__in=WAITS_FOR_US, merged_into=None).awake(at)
    return sum(give(ticket, at=at) is not None for ticket in waiting.order_by("opened_at", "pk")[:AT_ONCE])


def hand_back(user: User, *, at: datetime) -> int:
    """A shift is over: what waits for us goes to others, or to nobody for now; how many. Each by itself.

    What waits for the customer stays with them.
    """
    theirs = Ticket.objects.filter(assignee=user, category__in=WAITS_FOR_US, merged_into=None).order_by("pk")
    return sum(_hand_back(ticket, user, at=at) for ticket in theirs)


def hand_back_due(*, at: datetime) -> int:
    """Of every shift that is over and was not seen to; how many tickets. May run twice."""
    handed = 0
    for shift in Shift.objects.to_hand_back(at).select_related("agent").order_by("ends_at")[:AT_ONCE]:
        if not Shift.objects.at(at).filter(agent=shift.agent).exists():
            handed += hand_back(shift.agent, at=at)
        Shift.objects.filter(pk=shift.pk).update(handed_back_at=at)
    return handed


@transaction.atomic
def whose_work(about_type: str, about_id: int) -> int | None:
    """Who has this ticket, or the one in which it goes on: see crm.abilities. One query for each."""
    if about_type != Ticket._meta.label_lower:
        return None
    ticket = Ticket.objects.filter(pk=about_id).first()
    return changing.successor(ticket).assignee_id if ticket else None


def _hand_back(ticket: Ticket, user: User, *, at: datetime) -> bool:
    held = changing.hold(ticket)
    if held.ticket.assignee != user or held.ticket.category not in WAITS_FOR_US:
        return False
    held.ticket.assignee = None
    changing.happen(
        held.ticket, "handed_back", by=None, at=at, fields=["assignee"], to=str(user), to_id=user.pk
    )
    find_agent(held, at=at)
    return True


def _wanted(held: Held, *, at: datetime) -> Wanted:
    person, ticket = held.person, held.ticket
    known = (person.account_manager_id, person.deputy_manager_id, _answered_last(held, at=at))
    skill = ticket.topic.skill_id if ticket.topic else None
    return Wanted(
        language=ticket.language,
        skills=frozenset({skill} if skill else ()),
        known_to=tuple(agent for agent in known if agent is not None),
    )


def _answered_last(held: Held, *, at: datetime) -> int | None:
    """Who had this person's newest ticket lately. One query."""
    theirs = Ticket.objects.filter(
        customer__in=ids_by(held.person.pk), assignee__isnull=False, last_message_at__gt=at - STICKS_FOR
    )
    found = (
        theirs.exclude(pk=held.ticket.pk).order_by("-last_message_at").values_list("assignee_id", flat=True)
    )
    return found.first()


def _candidates(ticket: Ticket, wanted: Wanted, *, at: datetime) -> list[Candidate]:
    """Who is here: of those who know the person, and, where shifts are kept, of the ticket's team."""
    profiles = _profiles(ticket)
    asked = profiles.prefetch_related("skills") if shifts.are_kept(at) else profiles.none()
    by_agent = {profile.user_id: profile for profile in asked}
    known = User.objects.filter(pk__in=wanted.known_to, is_active=True, is_staff=True)
    agents = shifts.here({*by_agent, *known.values_list("pk", flat=True)}, at=at)
    loads = _loads(agents)
    return [_candidate(agent, by_agent.get(agent), loads.get(agent, (0, None))) for agent in agents]


def _owner_though_not_here(held: Held, *, at: datetime) -> User | None:
    wanted, profiles = _wanted(held, at=at), {its.user_id: its for its in _profiles(held.ticket)}
    known = User.objects.filter(pk__in=wanted.known_to, is_active=True, is_staff=True)
    known_ids = set(known.values_list("pk", flat=True))
    loads = _loads([*profiles, *known_ids])
    candidates = [_candidate(agent, its, loads.get(agent, (0, None))) for agent, its in profiles.items()]
    candidates += [Candidate(agent=agent, capacity=0, load=0) for agent in known_ids - set(profiles)]
    right = next(iter(in_order(candidates, wanted)), None)
    if right is not None:
        return User.objects.get(pk=right)
    if held.ticket.team and held.ticket.team.lead:
        return held.ticket.team.lead
    least = min(candidates, key=lambda one: (one.load, one.agent), default=None)
    return _some_lead() or (User.objects.get(pk=least.agent) if least else None)


def _some_lead() -> User | None:
    colleagues = User.objects.filter(is_staff=True, is_active=True)
    may = Q(
        groups__permissions__codename="lead_ticket", groups__permissions__content_type__app_label="support"
    )
    return colleagues.filter(may | Q(is_superuser=True)).order_by("is_superuser", "pk").first()


def _profiles(ticket: Ticket) -> QuerySet[AgentProfile]:
    """Of the ticket's team, where it has one."""
    profiles = AgentProfile.objects.filter(user__is_active=True, user__is_staff=True)
    return profiles.filter(teams=ticket.team_id) if ticket.team_id else profiles


def _candidate(agent: int, profile: AgentProfile | None, load: tuple[int, datetime | None]) -> Candidate:
    if profile is None:
        return Candidate(agent=agent, capacity=0, load=load[0])
    return Candidate(
        agent=agent,
        capacity=profile.capacity,
        load=load[0],
        languages=frozenset(profile.languages),
        skills=frozenset(skill.pk for skill in profile.skills.all()),
        last_given_at=load[1],
    )


def _loads(agents: Collection[int]) -> dict[int, tuple[int, datetime | None]]:
    """How many tickets wait for each, and when the newest of them began."""
    waiting = Ticket.objects.filter(assignee__in=agents, category__in=WAITS_FOR_US)
    rows = waiting.values_list("assignee_id").annotate(Count("pk"), Max("opened_at"))
    return {agent: (count, newest) for agent, count, newest in rows if agent}


def _has_room(agent: int) -> bool:
    """Counted under the lock of their profile; not, if somebody else is giving them something right now."""
    rows = AgentProfile.objects.select_for_update(no_key=True, skip_locked=True)
    profile = rows.filter(user=agent).first()
    return profile is not None and _loads([agent]).get(agent, (0, None))[0] < profile.capacity


def _hand(held: Held, to: User | None, *, kind: str, by: User | None, at: datetime) -> None:
    figures = {"to": str(to), "to_id": to.pk} if to else {}
    held.ticket.assignee = to
    changing.happen(held.ticket, kind, by=by, at=at, fields=["assignee"], **figures)
