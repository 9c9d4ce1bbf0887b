"""What each day comes to, kept by dimension, so that a year of a million customers is read in milliseconds.

Read in this order: rollup (what is counted, and what makes a day stale), statements (how a day is asked for), marking
(a day is to be counted anew), counting (the only writer of days), standing (since when a rollup may be believed),
reading (how figures ask), reconciling (each night: the days beside their facts). Different people do not add up and
have days of their own: people (how many bought, and how long before they had bought last), different_people (how
figures ask).
Words: an *event* is something with a moment and an amount; a *measure* is what is counted of it, a *unit* what its
amount is in; a *day* is one of the company's clock; a day is *stale* once something of it was heard of.

Figures ask so:

    from crm.rollups import reading
    reading.steps("sales", edges(steps), narrowed=question.narrowed)     # (step, measure, unit) → Amount
    reading.parts("sales", edges(steps), by="tier", narrowed=…)          # (step, tier, measure, unit) → Amount

    from crm.rollups import different_people
    different_people.in_steps(edges(steps), first=…, narrowed=…)        # Buyers, or None: crm.dashboards.sales.buyers

Rollups: `sales` (sold, refunded; by currency), `buyers` (first, second: days of purchases), `people` (different
buyers), `points` (issued, redeemed, expired, taken_back, donated; by programme's id), `tickets` (opened, resolved,
reopened, reopened_by_customer). Tier and category are those of the moment; a segment is who is in it now
(`reading.segment_counted_at` says as of when).
Until a rollup stands, the same question is put to the facts themselves: the answer is the same, it only takes longer.
"""
