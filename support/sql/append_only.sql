-- What happened to a ticket is not rewritten: see crm_refuse_rewriting.
CREATE TRIGGER ticket_event_is_append_only BEFORE UPDATE OR DELETE ON support_ticketevent
  FOR EACH ROW EXECUTE FUNCTION crm_refuse_rewriting();
CREATE TRIGGER ticket_event_is_never_truncated BEFORE TRUNCATE ON support_ticketevent
  EXECUTE FUNCTION crm_refuse_rewriting();
