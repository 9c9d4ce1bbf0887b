-- The path of a played script is not rewritten: see crm_refuse_rewriting.
CREATE TRIGGER script_run_step_is_append_only BEFORE UPDATE OR DELETE ON support_scriptrunstep
  FOR EACH ROW EXECUTE FUNCTION crm_refuse_rewriting();
CREATE TRIGGER script_run_step_is_never_truncated BEFORE TRUNCATE ON support_scriptrunstep
  EXECUTE FUNCTION crm_refuse_rewriting();
