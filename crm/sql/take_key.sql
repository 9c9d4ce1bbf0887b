-- Takes an idempotency key for the length of this transaction, and tells what was answered under it before.
-- Never waits: `is_taken` is false while another transaction holds the key. The lock comes first and the answer is
-- read by a later statement (a snapshot of its own), so that whoever gets the lock sees what its last holder wrote.
CREATE OR REPLACE FUNCTION crm_take_key(its_shop bigint, its_operation text, its_key text)
RETURNS TABLE (is_taken boolean, request_sha256 bytea, status smallint, body text)
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended(concat_ws(':', its_shop, its_operation, its_key), 7211)) THEN
    RETURN QUERY SELECT false, NULL::bytea, NULL::smallint, NULL::text;
    RETURN;
  END IF;
  RETURN QUERY
  SELECT true, a.request_sha256, a.status, a.body
  FROM (SELECT 1) AS one
  LEFT JOIN crm_idempotentanswer a ON a.shop_id = its_shop AND a.operation = its_operation AND a.key = its_key;
END $$;
