"""Tickets opened, resolved and reopened, by day: as they are told on the timeline, which is their history."""

from __future__ import annotations

from crm.rollups.rollup import Rollup, when_it_happened
from support.facts import TicketOpened, TicketReopened, TicketResolved

# The channel is that by which the conversation began: what a ticket says of itself changes with every message.
EVENTS = """
SELECT told.occurred_at AS moment, told.customer_id, told.shop_id, began.channel, '' AS unit,
       measure.name AS measure, 1::numeric AS amount
FROM crm_timelineentry told
JOIN (VALUES ('support.ticket_opened', 'opened', NULL), ('support.ticket_resolved', 'resolved', NULL),
             ('support.ticket_reopened', 'reopened', NULL), ('support.ticket_reopened', 'reopened_by_customer', 'true'))
  AS measure(kind, name, by_customer)
  ON measure.kind = told.kind AND (measure.by_customer IS NULL OR measure.by_customer = told.payload ->> 'by_customer')
CROSS JOIN LATERAL (
  SELECT coalesce(
    (SELECT account.channel FROM support_ticketmessage place JOIN crm_message m ON m.id = place.message_id
     JOIN crm_channelaccount account ON account.id = m.account_id
     WHERE place.ticket_id = told.subject_id ORDER BY place.message_id LIMIT 1),
    (SELECT 'phone' FROM support_ticketcall call WHERE call.ticket_id = told.subject_id LIMIT 1)) AS channel
) AS began
WHERE told.kind IN ('support.ticket_opened', 'support.ticket_resolved', 'support.ticket_reopened')
  AND told.occurred_at >= %(since)s AND told.occurred_at < %(until)s
"""
EXTENT = """
SELECT least((SELECT min(occurred_at) FROM crm_timelineentry WHERE kind = 'support.ticket_opened'),
    (SELECT min(occurred_at) FROM crm_timelineentry WHERE kind = 'support.ticket_resolved')),
  greatest((SELECT max(occurred_at) FROM crm_timelineentry WHERE kind = 'support.ticket_opened'),
    (SELECT max(occurred_at) FROM crm_timelineentry WHERE kind = 'support.ticket_resolved'),
    (SELECT max(occurred_at) FROM crm_timelineentry WHERE kind = 'support.ticket_reopened'))
"""

TICKETS = Rollup(
    name="tickets",
    events=EVENTS,
    extent=EXTENT,
    stale=dict.fromkeys((TicketOpened, TicketResolved, TicketReopened), when_it_happened),
)
