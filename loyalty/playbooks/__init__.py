"""Whole programmes for a trade. ⟡ One file, one playbook; to add one, write its file and its line here."""

from loyalty.playbooks import business_supplies, coffee_and_tea, cosmetics, gifts
from loyalty.playbooks.base import Playbook

PLAYBOOKS: dict[str, Playbook] = {
    playbook.slug: playbook
    for playbook in (
        coffee_and_tea.PLAYBOOK,
        cosmetics.PLAYBOOK,
        gifts.PLAYBOOK,
        business_supplies.PLAYBOOK,
    )
}

__all__ = ["PLAYBOOKS", "Playbook"]
