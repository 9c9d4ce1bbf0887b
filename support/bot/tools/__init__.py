"""What the bot may look up in a customer's own account. ⟡ To add a tool, write its file and its line here."""

from __future__ import annotations

from collections.abc import Mapping

from support.bot.tools.balance import Balance
from support.bot.tools.base import Tool, Wanted
from support.bot.tools.expiry import Expiry
from support.bot.tools.order_status import OrderStatus
from support.bot.tools.preferences import Preferences
from support.bot.tools.return_goods import ReturnGoods

PREFIX = "tool:"
TOOLS: Mapping[str, Tool] = {
    tool.name: tool for tool in (Balance(), Expiry(), OrderStatus(), ReturnGoods(), Preferences())
}

__all__ = ["PREFIX", "TOOLS", "Tool", "Wanted"]
