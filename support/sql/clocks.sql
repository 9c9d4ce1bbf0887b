-- What happened to a clock is not rewritten: the figures are made from it. See crm_refuse_rewriting.
CREATE TRIGGER clock_event_is_append_only BEFORE UPDATE OR DELETE ON support_clockevent
  FOR EACH ROW EXECUTE FUNCTION crm_refuse_rewriting();
CREATE TRIGGER clock_event_is_never_truncated BEFORE TRUNCATE ON support_clockevent
  EXECUTE FUNCTION crm_refuse_rewriting();
