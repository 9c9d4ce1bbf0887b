-- The one exception to "history is not rewritten": what is personal in entries and consents can be emptied, and
-- nothing else about them changes. Three locks on that door: the application's role may not UPDATE these tables; the
-- functions below run as their owner and alone set veren.erasing, until they return; and the triggers look at every
-- row themselves, so that even the owner, and even with that word set, can do no more than empty it.

CREATE OR REPLACE FUNCTION crm_refuse_rewriting_an_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND current_setting('veren.erasing', true) = 'on'
    AND OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL
    AND NEW.preview = '' AND OLD.payload @> NEW.payload
    AND NEW.source_id IN (OLD.source_id, 'erased:' || OLD.id)
    AND to_jsonb(NEW) - '{payload,preview,source_id,erased_at}'::text[]
      = to_jsonb(OLD) - '{payload,preview,source_id,erased_at}'::text[]
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE OR REPLACE FUNCTION crm_refuse_rewriting_a_consent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND current_setting('veren.erasing', true) = 'on'
    AND OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL AND NEW.proof = ''
    AND to_jsonb(NEW) - '{proof,erased_at}'::text[] = to_jsonb(OLD) - '{proof,erased_at}'::text[]
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

-- Empties the entries of these customers. `personal` says which fields of which kind: {"crm.note_written": ["text"]};
-- of a kind that it does not name nobody knows, and all goes. An event that had something personal may have it in its
-- name too, so it is named anew. Returns how many; those erased before are left alone.
CREATE OR REPLACE FUNCTION crm_erase_entries(customers bigint[], personal jsonb, at timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  erased integer;
BEGIN
  PERFORM set_config('veren.erasing', 'on', true);
  UPDATE crm_timelineentry e SET
    payload = CASE WHEN personal ? e.kind
      THEN e.payload - ARRAY(SELECT jsonb_array_elements_text(personal->e.kind)) ELSE '{}' END,
    source_id = CASE WHEN personal->e.kind = '[]' THEN e.source_id ELSE 'erased:' || e.id END,
    preview = '',
    erased_at = at
  WHERE e.customer_id = ANY (customers) AND e.erased_at IS NULL;
  GET DIAGNOSTICS erased = ROW_COUNT;
  PERFORM set_config('veren.erasing', '', true);
  RETURN erased;
END $$;

CREATE OR REPLACE FUNCTION crm_erase_consents(customers bigint[], at timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  erased integer;
BEGIN
  PERFORM set_config('veren.erasing', 'on', true);
  UPDATE crm_consent c SET proof = '', erased_at = at WHERE c.customer_id = ANY (customers) AND c.erased_at IS NULL;
  GET DIAGNOSTICS erased = ROW_COUNT;
  PERFORM set_config('veren.erasing', '', true);
  RETURN erased;
END $$;

REVOKE ALL ON FUNCTION crm_erase_entries(bigint[], jsonb, timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION crm_erase_consents(bigint[], timestamptz) FROM PUBLIC;

DROP TRIGGER entry_is_append_only ON crm_timelineentry;
CREATE TRIGGER entry_is_append_only BEFORE UPDATE OR DELETE ON crm_timelineentry
  FOR EACH ROW EXECUTE FUNCTION crm_refuse_rewriting_an_entry();
CREATE TRIGGER consent_is_append_only BEFORE UPDATE OR DELETE ON crm_consent
  FOR EACH ROW EXECUTE FUNCTION crm_refuse_rewriting_a_consent();
CREATE TRIGGER consent_is_never_truncated BEFORE TRUNCATE ON crm_consent
  EXECUTE FUNCTION crm_refuse_rewriting();
