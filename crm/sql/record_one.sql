-- As crm_record, for one fact: what happens at a till and at every order. Its id, or NULL where the event stands already.
-- A second function, because a plan for many rows costs one row twice what it is worth.
CREATE OR REPLACE FUNCTION crm_record_one(_customer_id bigint, _shop_id bigint, _kind text, _version integer,
  _occurred_at timestamptz, _recorded_at timestamptz, _source text, _source_id text, _channel text, _direction text,
  _actor_id bigint, _subject_type text, _subject_id bigint, _visibility text, _language text, _preview text,
  _payload jsonb, _is_history boolean, _caused_by bigint, _depth integer)
RETURNS bigint LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  new_id bigint;
BEGIN
  PERFORM 1 FROM crm_customer WHERE id = _customer_id FOR NO KEY UPDATE;
  INSERT INTO crm_timelineentry (customer_id, shop_id, kind, version, occurred_at, recorded_at, source, source_id,
    channel, direction, actor_id, subject_type, subject_id, visibility, language, preview, payload, is_history,
    caused_by, depth)
  VALUES (_customer_id, _shop_id, _kind, _version, _occurred_at, _recorded_at, _source, _source_id, _channel,
    _direction, _actor_id, _subject_type, _subject_id, _visibility, _language, _preview, _payload, _is_history,
    _caused_by, _depth)
  ON CONFLICT (source, source_id, kind) DO NOTHING
  RETURNING id INTO new_id;
  IF new_id IS NOT NULL THEN
    INSERT INTO crm_outbox (entry_id) VALUES (new_id);
  END IF;
  RETURN new_id;
END $$;
