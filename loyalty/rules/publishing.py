"""A draft becomes what a rule says: after it was tried on the past, and, where it costs much, by a second person.

Lock order: the rule's row, its draft.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from crm import rules
from crm.errors import Refusal
from crm.models import User
from loyalty import effects
from loyalty.models import Programme, Replay, Rule, RuleDraft, RuleTerms, RuleVersion


class NoDraft(Refusal):
    code = "no-draft"
    title = _("The rule has no draft any more: somebody published it or threw it away.")


class NeedsReplay(Refusal):
    code = "needs-replay"
    title = _("Try this very version on the past first: it was changed, or never tried.")


class NeedsSecondPerson(Refusal):
    code = "needs-second-person"
    title = _(
        "By its replay the rule costs more than one person may decide about. Hand it over for approval."
    )


class NotHandedOver(Refusal):
    code = "not-handed-over"
    title = _("The draft was not handed over for approval, or was changed since.")


class RuleNameTaken(Refusal):
    code = "rule-name-taken"
    title = _("The programme already has a rule of this name.")


@transaction.atomic
def new_rule(programme: Programme, *, name: str) -> Rule:
    """A rule that says nothing yet: it is off until a draft of it is published.

    Raises:
        RuleNameTaken: in this programme.
    """
    rule, is_new = Rule.objects.get_or_create(programme=programme, name=name)
    if not is_new:
        raise RuleNameTaken()
    return rule


@transaction.atomic
def write_draft(rule: Rule, *, terms: dict[str, Any], by: User | None, at: datetime) -> RuleDraft:
    """Keep what the rule is to say next; what was drafted before is gone, and so is a handing over.

    The same again changes nothing. Locks the rule's row.

    Raises:
        UnusableConditions, UnusableEffect: with a pointer to each place that is wrong.
    """
    Rule.objects.select_for_update(no_key=True).get(pk=rule.pk)
    draft = RuleDraft.objects.filter(rule=rule).first() or RuleDraft(rule=rule)
    before = draft.digest() if draft.pk else ""
    for name, value in terms.items():
        setattr(draft, name, value)
    rules.check(draft.conditions, "order")
    effects.read(draft.effect, draft.effect_settings)
    if draft.digest() != before:
        draft.drafted_by, draft.drafted_at, draft.handed_over_at = by, at, None
        draft.save()
        draft.refresh_from_db()
    return draft


@transaction.atomic
def draft_from(rule: Rule, *, by: User | None, at: datetime) -> RuleDraft:
    """The draft there is, else a copy of the version that counts."""
    draft = RuleDraft.objects.filter(rule=rule).first()
    if draft or rule.active_version is None:
        return draft or write_draft(rule, terms=_first_terms(), by=by, at=at)
    draft = RuleDraft(rule=rule, drafted_by=by, drafted_at=at)
    draft.take_terms(rule.active_version)
    draft.save()
    return draft


def _first_terms() -> dict[str, Any]:
    return {
        "conditions": {"all": []},
        "effect": "per_amount",
        "effect_settings": {"points": "1", "per": "1.00"},
    }


def replay_of(draft: RuleTerms, rule: Rule) -> Replay | None:
    """The latest finished replay of this very version."""
    its = Replay.objects.done().filter(rule=rule, sha256=draft.digest())
    return its.select_related("rule__programme").order_by("-pk").first()


def needs_second_person(replay: Replay) -> bool:
    return replay.yearly_cost > replay.rule.programme.rule_approval_limit


@transaction.atomic
def hand_over(draft: RuleDraft, *, at: datetime) -> None:
    """Wait for a second person.

    Raises:
        NeedsReplay: nobody could judge it.
    """
    if replay_of(draft, draft.rule) is None:
        raise NeedsReplay()
    RuleDraft.objects.filter(pk=draft.pk, handed_over_at=None).update(handed_over_at=at)
    draft.refresh_from_db()


@transaction.atomic
def publish(rule: Rule, *, sha256: str, by: User, at: datetime) -> RuleVersion:
    """Let the draft count from now on, as a new version; `sha256` is what the publisher saw. Locks the rule's row.

    Raises:
        NoDraft: it is gone, or another one now.
        NeedsReplay: this very version was not tried on the past.
        NeedsSecondPerson: it costs more than the programme's limit, and `by` wrote it.
        NotHandedOver: it costs as much, and its author does not ask for approval.
    """
    rule = (
        Rule.objects.select_for_update(no_key=True, of=("self",)).select_related("programme").get(pk=rule.pk)
    )
    draft = RuleDraft.objects.filter(rule=rule).first()
    if draft is None or draft.digest() != sha256:
        raise NoDraft()
    replay = replay_of(draft, rule)
    if replay is None:
        raise NeedsReplay()
    if needs_second_person(replay):
        if draft.drafted_by_id == by.pk:
            raise NeedsSecondPerson()
        if draft.handed_over_at is None:
            raise NotHandedOver()
    return _publish(rule, draft, by=by, at=at)


def _publish(rule: Rule, draft: RuleDraft, *, by: User, at: datetime) -> RuleVersion:
    author_id = draft.drafted_by_id or by.pk
    latest = rule.versions.order_by("-number").first()
    version = RuleVersion(
        rule=rule,
        number=latest.number + 1 if latest else 1,
        published_at=at,
        published_by_id=author_id,
        approved_by_id=by.pk if by.pk != author_id else None,
    )
    version.take_terms(draft)
    version.sha256 = version.digest()
    version.save()
    rule.active_version = version
    rule.save(update_fields=["active_version", "updated_at"])
    draft.delete()
    return version


@transaction.atomic
def throw_away(rule: Rule) -> None:
    """The draft goes; a rule that never counted goes with it. Idempotent. Locks the rule's row."""
    rule = Rule.objects.select_for_update().get(pk=rule.pk)
    RuleDraft.objects.filter(rule=rule).delete()
    if rule.active_version_id is None and not rule.versions.exists():
        rule.delete()


@transaction.atomic
def switch_off(rule: Rule) -> None:
    """From now on the rule gives nothing; its versions stay. Idempotent."""
    rule.active_version = None
    rule.save(update_fields=["active_version", "updated_at"])
