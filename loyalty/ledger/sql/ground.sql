-- What every operation stands on. The application may not look into this schema: nothing in it checks who asks.
CREATE SCHEMA ledger_private;
REVOKE ALL ON SCHEMA ledger_private FROM PUBLIC;

-- What an operation answers. A repeat of a key answers what the first call did, with is_new false.
CREATE TYPE loyalty_posted AS (
  transaction_id bigint, is_new boolean, points bigint, hold_id bigint,
  available bigint, pending bigint, held bigint, debt bigint);

-- What is chained of a movement: a fixed binary form, never words.
CREATE FUNCTION ledger_private.form(wallet bigint, seq bigint, transaction_id bigint, source text, target text,
  points bigint, available bigint, pending bigint, held bigint, debt bigint, at timestamptz)
RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT int8send(wallet) || int8send(seq) || int8send(transaction_id) || source::bytea || target::bytea
    || int8send(points) || int8send(available) || int8send(pending) || int8send(held) || int8send(debt)
    || timestamptz_send(at)
$$;

-- The same along many movements of one wallet, in their order: chain(head, form) OVER (PARTITION BY wallet ORDER BY seq).
CREATE FUNCTION ledger_private.link(before bytea, head bytea, form bytea) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN sha256(coalesce(before, head) || form);
END $$;
CREATE AGGREGATE ledger_private.chain(bytea, bytea) (SFUNC = ledger_private.link, STYPE = bytea);

-- A refusal: nothing was done. The code is the refusal's in the API; the figures go with it.
CREATE FUNCTION ledger_private.refuse(code text, figures jsonb DEFAULT '{}') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', code USING ERRCODE = 'VL001', DETAIL = figures::text;
END $$;

-- The wallet, ours until commit. Whoever needs two takes them in ascending order of their ids.
CREATE FUNCTION ledger_private.lock_wallet(_wallet bigint) RETURNS loyalty_wallet LANGUAGE plpgsql AS $$
DECLARE
  w loyalty_wallet;
BEGIN
  SELECT * INTO w FROM loyalty_wallet WHERE member_id = _wallet FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    PERFORM ledger_private.refuse('unknown-member');
  END IF;
  RETURN w;
END $$;

-- For whoever does several things with several wallets in one transaction.
CREATE FUNCTION loyalty_lock_wallets(_wallets bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM loyalty_wallet WHERE member_id = ANY (_wallets) ORDER BY member_id FOR NO KEY UPDATE;
END $$;

-- What the key did before, or NULL. Asked under the wallet's lock, so that a racing double is seen.
CREATE FUNCTION ledger_private.standing(_programme bigint, _key text, _hash bytea) RETURNS loyalty_posted
LANGUAGE plpgsql AS $$
DECLARE
  t record;
  posted loyalty_posted;
BEGIN
  SELECT id, request_hash, points, hold_id, wallet_id, last_seq INTO t
  FROM loyalty_transaction WHERE programme_id = _programme AND key = _key;
  IF NOT FOUND THEN
    RETURN NULL;
  ELSIF t.request_hash <> _hash THEN
    PERFORM ledger_private.refuse('ledger-key-used-otherwise');
  END IF;
  SELECT t.id, false, t.points, t.hold_id, m.available_after, m.pending_after, m.held_after, m.debt_after INTO posted
  FROM loyalty_movement m WHERE m.wallet_id = t.wallet_id AND m.seq = t.last_seq;
  RETURN posted;
END $$;

-- Moves points between two buckets of a locked wallet: the new balances, and one movement row chained to the last.
-- From D the debt grows, to D it is paid back. Zero points move nothing.
CREATE FUNCTION ledger_private.move(w loyalty_wallet, _transaction bigint, _source text, _target text, _points bigint,
  _at timestamptz)
RETURNS loyalty_wallet LANGUAGE plpgsql AS $$
BEGIN
  IF _points = 0 THEN
    RETURN w;
  END IF;
  w.available := w.available + CASE 'A' WHEN _target THEN _points WHEN _source THEN -_points ELSE 0 END;
  w.pending := w.pending + CASE 'P' WHEN _target THEN _points WHEN _source THEN -_points ELSE 0 END;
  w.held := w.held + CASE 'H' WHEN _target THEN _points WHEN _source THEN -_points ELSE 0 END;
  w.debt := w.debt + CASE 'D' WHEN _target THEN -_points WHEN _source THEN _points ELSE 0 END;
  w.seq := w.seq + 1;
  w.head_hash := sha256(w.head_hash || ledger_private.form(w.member_id, w.seq, _transaction, _source, _target,
    _points, w.available, w.pending, w.held, w.debt, _at));
  INSERT INTO loyalty_movement (wallet_id, seq, transaction_id, source, target, points, available_after, pending_after,
    held_after, debt_after, recorded_at, hash)
  VALUES (w.member_id, w.seq, _transaction, _source, _target, _points, w.available, w.pending, w.held, w.debt, _at,
    w.head_hash);
  RETURN w;
END $$;

-- Writes down the transaction whose movements were just made, keeps the wallet, and answers.
CREATE FUNCTION ledger_private.close(w loyalty_wallet, _transaction bigint, _kind text, _key text, _hash bytea,
  _points bigint, _first_seq bigint, _occurred_at timestamptz, _recorded_at timestamptz, _order bigint DEFAULT NULL,
  _reverses bigint DEFAULT NULL, _hold bigint DEFAULT NULL, _adjustment bigint DEFAULT NULL, _actor bigint DEFAULT NULL,
  _trace jsonb DEFAULT NULL)
RETURNS loyalty_posted LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO loyalty_transaction (id, programme_id, wallet_id, kind, key, request_hash, points, first_seq, last_seq,
    reverses_id, order_id, hold_id, adjustment_id, actor_id, trace, occurred_at, recorded_at)
  VALUES (_transaction, w.programme_id, w.member_id, _kind, _key, _hash, _points, _first_seq, w.seq, _reverses, _order,
    _hold, _adjustment, _actor, _trace, _occurred_at, _recorded_at);
  UPDATE loyalty_wallet
  SET available = w.available, pending = w.pending, held = w.held, debt = w.debt, seq = w.seq, head_hash = w.head_hash,
    active_at = w.active_at
  WHERE member_id = w.member_id;
  RETURN (_transaction, true, _points, _hold, w.available, w.pending, w.held, w.debt)::loyalty_posted;
END $$;

CREATE FUNCTION ledger_private.next_transaction() RETURNS bigint LANGUAGE sql AS $$
  SELECT nextval('loyalty_transaction_id_seq')
$$;

-- Idle points are gone although no sweep has come by yet.
CREATE FUNCTION ledger_private.is_idle(w loyalty_wallet, _at timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce(w.active_at + make_interval(months => w.idle_months) <= _at, false)
$$;

-- Takes available points out of a wallet's lots, soonest expiry first, then oldest; into the hold, if there is one.
-- What has expired is not there any more, whether or not the sweep has come by.
CREATE FUNCTION ledger_private.take(w loyalty_wallet, _transaction bigint, _points bigint, _at timestamptz,
  _hold bigint DEFAULT NULL)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  lot record;
  part bigint;
  missing bigint := _points;
BEGIN
  IF NOT ledger_private.is_idle(w, _at) THEN
    FOR lot IN
      SELECT id, remaining FROM loyalty_lot
      WHERE wallet_id = w.member_id AND remaining > 0 AND (expires_at IS NULL OR expires_at > _at)
      ORDER BY expires_at, id
    LOOP
      EXIT WHEN missing = 0;
      part := least(missing, lot.remaining);
      UPDATE loyalty_lot
      SET remaining = remaining - part, held = held + CASE WHEN _hold IS NULL THEN 0 ELSE part END
      WHERE id = lot.id;
      INSERT INTO loyalty_lotuse (transaction_id, lot_id, hold_id, pending_change, remaining_change, held_change)
      VALUES (_transaction, lot.id, _hold, 0, -part, CASE WHEN _hold IS NULL THEN 0 ELSE part END);
      missing := missing - part;
    END LOOP;
  END IF;
  IF missing > 0 THEN
    PERFORM ledger_private.refuse('not-enough-points', jsonb_build_object('available', _points - missing));
  END IF;
END $$;

-- A new member's wallet. Once: a second call changes nothing.
CREATE FUNCTION loyalty_open_wallet(_member bigint, _idle_months smallint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO loyalty_wallet (member_id, programme_id, available, pending, held, debt, seq, head_hash, idle_months)
  SELECT id, programme_id, 0, 0, 0, 0, 0, '', _idle_months FROM loyalty_member WHERE id = _member
  ON CONFLICT (member_id) DO NOTHING
$$;

-- The programme changed after how many months without a purchase points go: for its wallets, from now on.
CREATE FUNCTION loyalty_set_idle_months(_programme bigint, _idle_months smallint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE loyalty_wallet SET idle_months = _idle_months
  WHERE programme_id = _programme AND idle_months IS DISTINCT FROM _idle_months
$$;
