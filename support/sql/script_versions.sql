-- What was handed in is what was judged, and what is played is what was published: neither changes under anybody.
-- A version that was published or retired never becomes a draft again, and none of them is taken away.
CREATE FUNCTION support_keep_script_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.state <> 'draft' THEN
      RAISE EXCEPTION 'version % of script % was handed in: it stays', OLD.number, OLD.script_id
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
  END IF;
  IF OLD.state <> 'draft' AND (
       NEW.content IS DISTINCT FROM OLD.content
    OR NEW.waived_languages IS DISTINCT FROM OLD.waived_languages
    OR NEW.number <> OLD.number
    OR NEW.script_id <> OLD.script_id
  ) THEN
    RAISE EXCEPTION 'version % of script % is no draft: what it says stays', OLD.number, OLD.script_id
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF (OLD.state = 'published' AND NEW.state NOT IN ('published', 'retired'))
    OR (OLD.state = 'retired' AND NEW.state <> 'retired') THEN
    RAISE EXCEPTION 'version % of script % cannot go back from % to %', OLD.number, OLD.script_id, OLD.state, NEW.state
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER script_version_is_kept BEFORE UPDATE OR DELETE ON support_scriptversion
  FOR EACH ROW EXECUTE FUNCTION support_keep_script_version();
