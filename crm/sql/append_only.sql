-- History is not rewritten: these tables refuse UPDATE, DELETE and TRUNCATE from everybody.
CREATE OR REPLACE FUNCTION crm_refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER entry_is_append_only BEFORE UPDATE OR DELETE ON crm_timelineentry
  FOR EACH ROW EXECUTE FUNCTION crm_refuse_rewriting();
CREATE TRIGGER entry_is_never_truncated BEFORE TRUNCATE ON crm_timelineentry
  EXECUTE FUNCTION crm_refuse_rewriting();
CREATE TRIGGER feed_is_append_only BEFORE UPDATE OR DELETE ON crm_feed
  FOR EACH ROW EXECUTE FUNCTION crm_refuse_rewriting();
CREATE TRIGGER feed_is_never_truncated BEFORE TRUNCATE ON crm_feed
  EXECUTE FUNCTION crm_refuse_rewriting();
ALTER TABLE crm_timelineentry ADD CONSTRAINT entry_payload_within_4_kb CHECK (octet_length(payload::text) <= 4096);
