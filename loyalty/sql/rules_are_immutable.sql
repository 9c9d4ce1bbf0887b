-- What a rule said is never rewritten: earnings name their versions.
CREATE TRIGGER version_is_append_only BEFORE UPDATE OR DELETE ON loyalty_ruleversion
  FOR EACH ROW EXECUTE FUNCTION crm_refuse_rewriting();
CREATE TRIGGER version_is_never_truncated BEFORE TRUNCATE ON loyalty_ruleversion
  EXECUTE FUNCTION crm_refuse_rewriting();
