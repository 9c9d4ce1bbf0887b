"""What can be done for the people of a campaign. ⟡ One file, one kind; to add one, write its file and its line.

Every app lists its own; all of them stand in the table that settings.CAMPAIGN_KINDS names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.campaigns.kinds.base import COMMON_REASONS, CampaignKind
from crm.campaigns.kinds.message import MessageKind
from crm.campaigns.kinds.task import TaskKind
from crm.errors import Refusal

LISTED: Sequence[CampaignKind] = (TaskKind(), MessageKind())


class UnknownKind(Refusal):
    code = "unknown-campaign-kind"
    title = _("Nothing of this kind can be done for many people.")
    status = 422


def kinds() -> Mapping[str, CampaignKind]:
    table: Sequence[CampaignKind] = import_module(settings.CAMPAIGN_KINDS).KINDS
    return {kind.name: kind for kind in table}


def kind_named(name: str) -> CampaignKind:
    """Raises UnknownKind."""
    known = kinds().get(name)
    if known is None:
        raise UnknownKind
    return known


def reasons_of(kind: CampaignKind) -> Mapping[str, str | Promise]:
    """Why nothing could be done for somebody: code → words."""
    return {**COMMON_REASONS, **kind.reasons}


__all__ = ["LISTED", "CampaignKind", "UnknownKind", "kind_named", "kinds", "reasons_of"]
