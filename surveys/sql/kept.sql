-- What was published was answered: it never changes, and is not taken away.
CREATE FUNCTION surveys_keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.state <> 'draft' THEN
      RAISE EXCEPTION 'version % of survey % was published: it stays', OLD.number, OLD.survey_id
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
  END IF;
  IF OLD.state <> 'draft' AND (
       NEW.content IS DISTINCT FROM OLD.content
    OR NEW.number <> OLD.number
    OR NEW.survey_id <> OLD.survey_id
    OR NEW.state = 'draft'
    OR (OLD.state = 'retired' AND NEW.state <> 'retired')
  ) THEN
    RAISE EXCEPTION 'version % of survey % was published: what it says stays', OLD.number, OLD.survey_id
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER survey_version_is_kept BEFORE UPDATE OR DELETE ON surveys_surveyversion
  FOR EACH ROW EXECUTE FUNCTION surveys_keep_version();

-- What a colleague called by its theme is not rewritten: see crm_refuse_rewriting.
CREATE TRIGGER feedback_label_is_append_only BEFORE UPDATE OR DELETE ON surveys_feedbacklabel
  FOR EACH ROW EXECUTE FUNCTION crm_refuse_rewriting();
CREATE TRIGGER feedback_label_is_never_truncated BEFORE TRUNCATE ON surveys_feedbacklabel
  EXECUTE FUNCTION crm_refuse_rewriting();
