"""What conditions can ask about customers, their orders and what is sold: see crm.rules.

Orders count for the whole person, whichever of the person's ids they stand on; cancelled ones are no orders.
"""

from crm.rule_fields import customers, habits, purchases
from crm.rule_fields.persons import OfPerson, everyones, first_of_each, known, there_is

__all__ = [
    "OfPerson",
    "customers",
    "everyones",
    "first_of_each",
    "habits",
    "known",
    "purchases",
    "there_is",
]
