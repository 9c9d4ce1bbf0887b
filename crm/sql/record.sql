-- The only writer of history. Takes a JSON array of entries, returns one row for each: its id and whether it is new.
-- Locks: the customers' rows, FOR NO KEY UPDATE, in ascending id; ids are drawn after the lock, so that one customer's
-- ids rise in commit order. An event that is already there (source, source_id, kind) gives the entry that stands.
CREATE OR REPLACE FUNCTION crm_record(entries jsonb)
RETURNS TABLE (ordinal bigint, entry_id bigint, is_new boolean)
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM crm_customer c
    -- As an array, so that they are looked up by their keys: the planner guesses a hundred in a set, and reads the table.
    WHERE c.id = ANY (ARRAY(SELECT (e->>'customer_id')::bigint FROM jsonb_array_elements(entries) e))
    ORDER BY c.id FOR NO KEY UPDATE;

  RETURN QUERY
  WITH told AS (
    SELECT t.n, e.* FROM jsonb_array_elements(entries) WITH ORDINALITY AS t(entry, n)
    CROSS JOIN LATERAL jsonb_to_record(t.entry) AS e(
      customer_id bigint, shop_id bigint, kind text, version smallint, occurred_at timestamptz,
      recorded_at timestamptz, source text, source_id text, channel text, direction text, actor_id bigint,
      subject_type text, subject_id bigint, visibility text, language text, preview text, payload jsonb,
      is_history boolean, caused_by bigint, depth smallint)
  ), fresh AS (
    INSERT INTO crm_timelineentry (customer_id, shop_id, kind, version, occurred_at, recorded_at, source, source_id,
      channel, direction, actor_id, subject_type, subject_id, visibility, language, preview, payload, is_history,
      caused_by, depth)
    SELECT t.customer_id, t.shop_id, t.kind, t.version, t.occurred_at, t.recorded_at, t.source, t.source_id,
      t.channel, t.direction, t.actor_id, t.subject_type, t.subject_id, t.visibility, t.language, t.preview, t.payload,
      t.is_history, t.caused_by, t.depth
    FROM told t ORDER BY t.n
    ON CONFLICT (source, source_id, kind) DO NOTHING
    RETURNING id, source, source_id, kind
  ), waiting AS (
    INSERT INTO crm_outbox (entry_id) SELECT id FROM fresh
  )
  SELECT t.n, f.id, f.id IS NOT NULL
  FROM told t LEFT JOIN fresh f USING (source, source_id, kind)
  ORDER BY t.n;
END $$;
