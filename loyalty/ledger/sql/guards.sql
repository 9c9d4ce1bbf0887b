-- The ledger is not rewritten, by nobody: see crm_refuse_rewriting.
CREATE TRIGGER transaction_is_append_only BEFORE UPDATE OR DELETE ON loyalty_transaction
  FOR EACH ROW EXECUTE FUNCTION crm_refuse_rewriting();
CREATE TRIGGER transaction_is_never_truncated BEFORE TRUNCATE ON loyalty_transaction
  EXECUTE FUNCTION crm_refuse_rewriting();
CREATE TRIGGER movement_is_append_only BEFORE UPDATE OR DELETE ON loyalty_movement
  FOR EACH ROW EXECUTE FUNCTION crm_refuse_rewriting();
CREATE TRIGGER movement_is_never_truncated BEFORE TRUNCATE ON loyalty_movement
  EXECUTE FUNCTION crm_refuse_rewriting();
CREATE TRIGGER use_is_append_only BEFORE UPDATE OR DELETE ON loyalty_lotuse
  FOR EACH ROW EXECUTE FUNCTION crm_refuse_rewriting();
CREATE TRIGGER use_is_never_truncated BEFORE TRUNCATE ON loyalty_lotuse
  EXECUTE FUNCTION crm_refuse_rewriting();

-- Only who is granted may call, and that is the application: see config/database_roles.sql.
DO $$
DECLARE
  its regprocedure;
BEGIN
  FOR its IN
    SELECT oid::regprocedure FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'loyalty\_%'
  LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', its);
  END LOOP;
END $$;
