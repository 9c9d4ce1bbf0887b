-- All ids by which one person is known: the survivor's first, then those merged into it, directly or by way of others.
-- Any of them may be asked by. UNION, not UNION ALL: even a circle, which must not be, would end.
-- Nearly everybody is one row, found by two indexes. A planner without statistics (a table just filled) would read the
-- whole table for each, so it is told not to.
CREATE OR REPLACE FUNCTION crm_same_person(one bigint) RETURNS bigint[]
LANGUAGE sql STABLE PARALLEL SAFE SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
  WITH RECURSIVE up AS (
    SELECT c.id, c.merged_into_id FROM crm_customer c WHERE c.id = one
    UNION
    SELECT c.id, c.merged_into_id FROM up JOIN crm_customer c ON c.id = up.merged_into_id
  ), down AS (
    SELECT up.id, 0 AS steps FROM up WHERE up.merged_into_id IS NULL
    UNION
    SELECT c.id, down.steps + 1 FROM down JOIN crm_customer c ON c.merged_into_id = down.id
  )
  SELECT array_agg(down.id ORDER BY down.steps, down.id) FROM down
$$;
