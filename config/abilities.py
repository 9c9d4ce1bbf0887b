"""What apps may ask of one another at once: ability → the verb that answers. The Protocols stand in crm.abilities."""

from crm.abilities import EarnsHistory, ForeseesReturn, SettlesOrder
from loyalty import earning_history, reversal, settling

SETTLE_ORDER: SettlesOrder = settling.settle
EARN_HISTORY: EarnsHistory = earning_history.earn_history_of_shop
FORESEE_RETURN: ForeseesReturn = reversal.foresee
