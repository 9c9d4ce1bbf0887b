"""How files of orders are laid out. To add a layout: a file here, and its line below, before `Mapped`."""

from collections.abc import Sequence

from crm.importing.layouts.base import Layout
from crm.importing.layouts.mapped import Mapped
from crm.importing.layouts.online_retail import OnlineRetail
from crm.importing.refusals import UnknownLayout

LAYOUTS: Sequence[Layout] = (OnlineRetail(), Mapped())
"""In the order in which they are asked whether they recognise a file: the last one takes any."""


def layout_named(name: str) -> Layout:
    """Raises UnknownLayout."""
    for layout in LAYOUTS:
        if layout.name == name:
            return layout
    raise UnknownLayout


def layout_for(header: Sequence[str]) -> Layout:
    return next(layout for layout in LAYOUTS if layout.recognises(header))


__all__ = ["LAYOUTS", "Layout", "layout_for", "layout_named"]
