-- A checkout takes longer than it seemed: what is held stays held until then. Nothing moves, so nothing is posted.
CREATE FUNCTION loyalty_prolong_hold(_hold bigint, _until timestamptz)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM ledger_private.lock_hold(_hold);
  UPDATE loyalty_hold SET expires_at = _until
  WHERE id = _hold AND expires_at < _until AND points > captured + released;
END $$;

REVOKE ALL ON FUNCTION loyalty_prolong_hold FROM PUBLIC;
