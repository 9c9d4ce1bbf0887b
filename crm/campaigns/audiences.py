"""Whom a campaign is about: the people of a segment, of a snapshot, or whomever conditions of its own hold for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Mod

from crm import rules
from crm.campaigns.errors import TooLongToFind
from crm.drawing import PLACES, NumberOf
from crm.models import Campaign, Customer, SegmentMember, SnapshotMember
from crm.segments.asking import ROOT, fitting, people
from crm.segments.errors import SegmentNotFilled
from crm.segments.sweeping import with_room_to_group

LONGEST_MILLISECONDS = 3_000


def audience(campaign: Campaign, *, at: datetime) -> QuerySet[Customer]:
    """Everybody it is about now: of one person known by several ids the survivor, and nobody who was erased.

    Raises:
        UnusableConditions: they name what is not there any more.
    """
    if campaign.segment_id:
        inside = SegmentMember.objects.filter(segment=campaign.segment_id)
        return people().filter(pk__in=inside.values("customer"))
    if campaign.snapshot_id:
        inside_then = SnapshotMember.objects.filter(snapshot=campaign.snapshot_id)
        others = Customer.objects.filter(pk__in=inside_then.values("customer"), merged_into__isnull=False)
        return people().filter(
            Q(pk__in=inside_then.values("customer")) | Q(pk__in=others.values("merged_into"))
        )
    return fitting(campaign.conditions, at=at)


def refuse_unfilled(campaign: Campaign) -> None:
    """Raises SegmentNotFilled: who is in the segment is not known yet."""
    if campaign.segment and not campaign.segment.is_filled:
        raise SegmentNotFilled


def said(campaign: Campaign) -> Any:
    """Whom it is about, as crm.rules says conditions; None: it has none of its own."""
    return rules.sentence(campaign.conditions, ROOT) if campaign.conditions is not None else None


def number_for(campaign: Campaign) -> Any:
    """An expression over customers: where the lot puts them, from 0 up to PLACES; see `held_out_below`."""
    return Mod(NumberOf(beginning_of_key(campaign), F("pk")), PLACES)


def held_out_below(campaign: Campaign) -> int:
    return int(campaign.hold_out * PLACES)


def beginning_of_key(campaign: Campaign) -> str:
    return f"campaign:{campaign.pk}:"


@contextmanager
def within_a_page() -> Iterator[None]:
    """For questions that somebody waits for. Raises TooLongToFind: the database was stopped."""
    try:
        with transaction.atomic():
            with_room_to_group()
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('statement_timeout', %s, true)", [str(LONGEST_MILLISECONDS)]
                )
            yield
    except OperationalError as stopped:
        raise TooLongToFind from stopped
