"""What apps may ask of one another at once: ability → the verb that answers. The Protocols stand in crm.abilities."""

from crm.abilities import EarnsHistory, ForeseesReturn, PriorityOf, SettlesOrder
from loyalty import earning_history, entitlements, reversal, settling

SETTLE_ORDER: SettlesOrder = settling.settle
EARN_HISTORY: EarnsHistory = earning_history.earn_history_of_shop
FORESEE_RETURN: ForeseesReturn = reversal.foresee
PRIORITY_OF: PriorityOf = entitlements.priority_of
