-- Gives waiting entries their places in the feed: gapless positions, in id order among those committed. Returns how many.
-- One sequencer at a time (transaction-level advisory lock); a second one returns 0 at once. Because one customer's ids
-- rise in commit order, the feed keeps every customer's order; across customers it is the order of becoming visible.
CREATE OR REPLACE FUNCTION crm_sequence_feed(at_most integer)
RETURNS integer LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  head bigint;
  moved integer;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('crm_sequence_feed')) THEN
    RETURN 0;
  END IF;
  SELECT coalesce(max(position), 0) INTO head FROM crm_feed;
  WITH placed AS (
    DELETE FROM crm_outbox o
    WHERE o.entry_id = ANY (ARRAY(SELECT w.entry_id FROM crm_outbox w ORDER BY w.entry_id LIMIT at_most))
    RETURNING o.entry_id
  )
  INSERT INTO crm_feed (position, entry_id)
  SELECT head + row_number() OVER (ORDER BY p.entry_id), p.entry_id FROM placed p;
  GET DIAGNOSTICS moved = ROW_COUNT;
  RETURN moved;
END $$;
