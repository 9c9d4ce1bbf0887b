-- What holds about one purpose and channel of a person, known by these ids: 'given', 'withdrawn', or nothing. A twin of
-- crm.consents.consent_state, which says why; tests hold the two together.
-- Of two decisions greatest() is the stricter: withdrawn, then given, then nothing at all.
CREATE OR REPLACE FUNCTION crm_consent_stands(ids bigint[], about text, by_channel text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = public, pg_temp AS $$
DECLARE
  leaders bigint[] := ids;
  standing text[] := array_fill(NULL::text, ARRAY[cardinality(ids)]);
  strictest text;
  happened record;
  one int;
  other int;
BEGIN
  IF cardinality(ids) = 1 THEN
    RETURN (
      SELECT c.decision FROM crm_consent c
      WHERE c.customer_id = ids[1] AND c.purpose = about AND c.channel IN ('', by_channel)
      ORDER BY c.occurred_at DESC, c.decision DESC LIMIT 1
    );
  END IF;
  FOR happened IN
    SELECT c.occurred_at AS moment, CASE c.decision WHEN 'given' THEN 0 ELSE 1 END AS turn,
      c.customer_id AS first, NULL::bigint AS second, c.decision
    FROM crm_consent c
    WHERE c.customer_id = ANY (ids) AND c.purpose = about AND c.channel IN ('', by_channel)
    UNION ALL
    SELECT m.merged_at, 2, m.survivor_id, m.customer_id, NULL
    FROM crm_merge m WHERE m.customer_id = ANY (ids) AND m.undone_at IS NULL
    ORDER BY moment, turn
  LOOP
    one := array_position(ids, leaders[array_position(ids, happened.first)]);
    IF happened.second IS NULL THEN
      standing[one] := happened.decision;
      CONTINUE;
    END IF;
    other := array_position(ids, leaders[array_position(ids, happened.second)]);
    IF one IS NOT NULL AND other IS NOT NULL AND one <> other THEN
      leaders := array_replace(leaders, ids[other], ids[one]);
      standing[one] := greatest(standing[one], standing[other]);
      standing[other] := NULL;
    END IF;
  END LOOP;
  SELECT max(decision) INTO strictest FROM unnest(standing) AS decision;
  RETURN strictest;
END
$$;

-- Whether we may: a twin of crm.consents.consenting.may, for sets. By any id of the person.
CREATE OR REPLACE FUNCTION crm_may(customer bigint, about text, by_channel text) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = public, pg_temp AS $$
DECLARE
  ids bigint[] := crm_same_person(customer);
BEGIN
  IF EXISTS (SELECT FROM crm_customer c WHERE c.id = customer AND c.erased_at IS NOT NULL) THEN
    RETURN false;
  END IF;
  IF about <> 'processing' AND crm_consent_stands(ids, 'processing', '') = 'withdrawn' THEN
    RETURN false;
  END IF;
  RETURN coalesce(crm_consent_stands(ids, about, by_channel) = 'given', false);
END
$$;
