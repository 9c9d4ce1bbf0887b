-- Erasure: what these customers were called and how they were reached is gone from the record of changes too, and so
-- are the words colleagues typed when they looked. Who looked and when stays. Call it last: a change made afterwards
-- would be recorded with what stood before it. Runs as its owner, because the application may not rewrite history.
CREATE OR REPLACE FUNCTION crm_forget_changes(customers bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  DELETE FROM crm_customerchange WHERE pgh_obj_id = ANY (customers);
  DELETE FROM crm_identitychange WHERE customer_id = ANY (customers);
  DELETE FROM crm_addresschange WHERE customer_id = ANY (customers);
  UPDATE crm_look SET reason = '' WHERE customer_id = ANY (customers) AND reason <> '';
END $$;
REVOKE ALL ON FUNCTION crm_forget_changes(bigint[]) FROM PUBLIC;
