"""What connections brought becomes customers, orders, returns and goods, in whatever order the news comes.

Older news never overwrites newer: it is remembered how new each thing was that landed. What speaks of an order that
is not there yet waits for it. What cannot be read, or is refused, stays with its reason; nothing is lost.

Read `frame` first: it deals with deliveries. What they speak of has a file each: orders, returns, goods, people.
"""

from crm.connectors.landing.frame import BodyForgotten, land, replay
from crm.connectors.landing.news import OrderNotHere, ReturnsNotHere

__all__ = ["BodyForgotten", "OrderNotHere", "ReturnsNotHere", "land", "replay"]
