"""How days are asked for, in SQL. Everything that varies is a parameter; only our own names are put together. Pure.

A day is grouped twice: its events by all dimensions, and these few rows by every choice of dimensions, so that each
question later reads one row a day, however it is narrowed. In what is grouped, NULL is “all of it”.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Table:
    """Where days are kept: what a row is known by, as its unique index has it, and what it says.

    `absent`: of what may be NULL, something that is never said.
    """

    name: str
    place: Sequence[str]
    values: Sequence[str]
    absent: Mapping[str, str]

    @property
    def keys(self) -> list[str]:
        return [column for column in self.place if column != "rollup"]

    @property
    def columns(self) -> str:
        return ", ".join((*self.keys, *self.values))

    @property
    def same_place(self) -> str:
        """A row `f` of it beside the key `x` of one."""
        return " AND ".join(
            f"coalesce(f.{key}, {self.absent[key]}) = coalesce(x.{key}, {self.absent[key]})"
            if key in self.absent
            else f"f.{key} = x.{key}"
            for key in self.keys
        )

    @property
    def said_anew(self) -> str:
        return ", ".join(f"{value} = excluded.{value}" for value in self.values)


ABSENT = {"segment_id": "0", "shop": "-1", "channel": "'*'", "tier": "'*'"}
FIGURES = Table(
    name="crm_dayfigure",
    place=("rollup", "segment_id", "shop", "channel", "tier", "category", '"on"', "measure", "unit"),
    values=("count", "total", "squares"),
    absent={**ABSENT, "category": "'*'"},
)

WHOLE_COMPANY = "segment_id IS NULL"
SEGMENTS = "segment_id = ANY (%(segments)s)"

# As of the day: what the night before found.
CATEGORY_THEN = """(
  SELECT c.after FROM crm_categorychange c
  WHERE c.customer_id = e.customer_id AND c.as_of < (e.moment AT TIME ZONE %(clock)s)::date
  ORDER BY c.as_of DESC, c.id DESC LIMIT 1
)"""

# Events stay with the id they came with; whoever was merged into somebody is in the segments of that person.
SAME_PERSON = """same AS (
  SELECT c.id, person.id AS person
  FROM crm_customer c JOIN crm_customer person ON person.id = c.merged_into_id AND person.merged_into_id IS NULL
  UNION ALL
  SELECT c.id, same.person FROM crm_customer c JOIN same ON c.merged_into_id = same.id
)"""

AMOUNTS = "count(*) AS count, sum(e.amount) AS total, sum(e.amount * e.amount) AS squares"
ADDED = "sum(count)::bigint, sum(total)::numeric(28, 2), sum(squares)::float8"

EVERYBODY = """
WITH placed AS (
  SELECT coalesce(e.shop_id, 0) AS shop, coalesce(e.channel, '')::text AS channel, coalesce({tier}, '')::text AS tier,
         coalesce({category}, '')::text AS category, e.unit::text AS unit, e.measure::text AS measure, e.amount
  FROM ({events}) e
), base AS (
  SELECT shop, channel, tier, category, unit, measure, {amounts} FROM placed e GROUP BY 1, 2, 3, 4, 5, 6
), counted AS (
  SELECT NULL::bigint AS segment_id, shop, channel, tier, category, %(on)s::date AS "on", measure, unit, {added}
  FROM base GROUP BY unit, measure, CUBE (shop, channel, tier, category)
)
"""

OF_SEGMENTS = """
WITH RECURSIVE {same}, placed AS (
  SELECT m.segment_id, coalesce(e.shop_id, 0) AS shop, coalesce(e.channel, '')::text AS channel,
         coalesce({tier}, '')::text AS tier, e.unit::text AS unit, e.measure::text AS measure, e.amount
  FROM ({events}) e
  LEFT JOIN same ON same.id = e.customer_id
  JOIN crm_segmentmember m ON m.customer_id = coalesce(same.person, e.customer_id)
  WHERE m.segment_id = ANY (%(segments)s)
), base AS (
  SELECT segment_id, shop, channel, tier, unit, measure, {amounts} FROM placed e GROUP BY 1, 2, 3, 4, 5, 6
), counted AS (
  SELECT segment_id, shop, channel, tier, NULL::text AS category, %(on)s::date AS "on", measure, unit, {added}
  FROM base GROUP BY segment_id, unit, measure, CUBE (shop, channel, tier)
)
"""

# EXCEPT takes NULL for equal to NULL. What stands rightly is not written again: a sale changes a few rows of its day.
DIFFERENCES = """, standing AS (
  SELECT {columns} FROM {table} WHERE rollup = %(rollup)s AND "on" = %(on)s AND {whose}
), wrong AS (
  SELECT {columns} FROM counted AS c({columns}) EXCEPT SELECT {columns} FROM standing
), excess AS (
  SELECT {keys} FROM standing EXCEPT SELECT {keys} FROM counted
)"""
REPAIR = """, gone AS (
  DELETE FROM {table} f USING excess x WHERE f.rollup = %(rollup)s AND {same_place}
), written AS (
  INSERT INTO {table} (rollup, {columns}) SELECT %(rollup)s, {columns} FROM wrong
  ON CONFLICT ({place}) DO UPDATE SET {said_anew}
)"""
HOW_MANY = " SELECT (SELECT count(*) FROM wrong) + (SELECT count(*) FROM excess)"

# How figures are read: one question says whether the rollup stands, and if so what it comes to.
STANDING = """
SELECT NULL::int AS step, NULL::text AS part, NULL::text AS measure, NULL::text AS unit, 0::bigint AS count,
       0::numeric AS total, 0::float8 AS squares
WHERE {stands}
UNION ALL
SELECT width_bucket("on", %(days)s::date[]) - 1, {part}::text, measure, unit,
       sum(count)::bigint, sum(total), sum(squares)
FROM crm_dayfigure f
WHERE rollup = %(rollup)s AND "on" >= %(first)s AND "on" < %(last)s AND {place} AND {stands}
GROUP BY 1, 2, 3, 4
"""
STANDS = """EXISTS (
  SELECT FROM crm_rollupstate s
  WHERE s.rollup = %(rollup)s AND {segment} AND s.version = %(version)s AND s.clock = %(clock)s
    AND s.counted_at IS NOT NULL AND (s.since IS NULL OR s.since <= %(first)s)
)"""
FROM_FACTS = """
WITH RECURSIVE {same}
SELECT width_bucket(e.moment, %(edges)s::timestamptz[]) - 1, {part}::text, e.measure, e.unit, {amounts}
FROM ({events}) e
WHERE {narrowed}
GROUP BY 1, 2, 3, 4
"""

IN_SEGMENT = """EXISTS (
  SELECT FROM crm_segmentmember m
  WHERE m.segment_id = %(segment)s
    AND m.customer_id = coalesce((SELECT same.person FROM same WHERE same.id = e.customer_id), e.customer_id)
)"""


def of_everybody(events: str, tier: str, *, repair: bool) -> str:
    counted = _counted(EVERYBODY, events, tier)
    return put_right(counted, kept_in=FIGURES, whose=WHOLE_COMPANY, repair=repair)


def of_segments(events: str, tier: str) -> str:
    return put_right(_counted(OF_SEGMENTS, events, tier), kept_in=FIGURES, whose=SEGMENTS, repair=True)


def put_right(counted: str, *, kept_in: Table, whose: str, repair: bool) -> str:
    """What is `counted` (the last of its parts, with the table's columns in their order) beside what stands: how many
    rows differ. They are put right unless `repair` is off."""
    beside = (DIFFERENCES + (REPAIR if repair else "") + HOW_MANY).format(
        table=kept_in.name,
        columns=kept_in.columns,
        keys=", ".join(kept_in.keys),
        whose=whose,
        place=", ".join(kept_in.place),
        same_place=kept_in.same_place,
        said_anew=kept_in.said_anew,
    )
    return counted.rstrip() + beside


def _counted(statement: str, events: str, tier: str) -> str:
    return statement.format(
        events=events, tier=tier, category=CATEGORY_THEN, same=SAME_PERSON, amounts=AMOUNTS, added=ADDED
    )
