"""The condition language: one tree for segments, earn rules, triggers, script choices and deadlines.

A tree is plain JSON: `{"all": […]}`, `{"any": […]}`, `{"not": {…}}`, a comparison
`{"field": "order.net", "op": "gte", "value": "1000.00"}`, and three questions to a list: `{"some": "order.lines",
"where": {…}}`, `{"count": "customer.orders", "where": {…}, "op": "gte", "value": 3}` and
`{"sum": "customer.orders", "of": "order.net", "op": "gte", "value": "500.00"}`. `{"all": []}` always holds.

Read in this order: registry (what can be asked about), kinds (types of values) and operators, parsing (what is
refused, and where), then the twins: in_sql for sets, in_python for one subject; aloud, explaining, shape.
Words: a *root* is what a tree is about (a customer, an order), a *field* is one typed thing to be asked of it, a
*collection* is a list that belongs to it, a *reach* leads to another root (from an order to its customer).

What is not known: a comparison with it is false, whatever the operator, `is_not_set` alone excepted. Groups and
`not` work on plain true and false, and `not` turns this false into true: a tree and its `not` divide everybody in two.

Nothing here knows HTTP, a verb or a model of ours; each app tells its fields in its own `rule_fields.py`.
"""

from crm.rules.aloud import Said
from crm.rules.conditions import Conditions, check, holds, read, sentence, where, why
from crm.rules.errors import UnusableConditions
from crm.rules.explaining import Trace
from crm.rules.moments import Moment
from crm.rules.registry import Collection, Field, Reach, Root, Row, add_fields, add_reach, add_root
from crm.rules.shape import choices, schema, vocabulary

__all__ = [
    "Collection",
    "Conditions",
    "Field",
    "Moment",
    "Reach",
    "Root",
    "Row",
    "Said",
    "Trace",
    "UnusableConditions",
    "add_fields",
    "add_reach",
    "add_root",
    "check",
    "choices",
    "holds",
    "read",
    "schema",
    "sentence",
    "vocabulary",
    "where",
    "why",
]
