-- Keeps an order and its lines, once per (shop, external id), in one round trip: this is what shops send most.
-- Takes the order as JSON with its `lines`; returns what each line was given by the catalogue, in their order.
-- No row: an order stands under that id already. A line whose code is in the catalogue points there; what it lacks of
-- a name comes from there, and the unit cost is frozen if it is in the order's currency.
CREATE OR REPLACE FUNCTION crm_keep_order(told jsonb)
RETURNS TABLE (order_id bigint, line_id bigint, product_id bigint, name varchar, unit_cost numeric)
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  kept bigint;
BEGIN
  INSERT INTO crm_order (shop_id, customer_id, external_id, number, channel, progress, warehouse, currency,
    goods_amount, delivery_amount, placed_at, paid_at, shipped_at, delivered_at, completed_at, cancelled_at, is_history,
    created_at)
  SELECT o.shop_id, o.customer_id, o.external_id, o.number, o.channel, o.progress, coalesce(o.warehouse, ''), o.currency,
    o.goods_amount, o.delivery_amount, o.placed_at, o.paid_at, o.shipped_at, o.delivered_at, o.completed_at, o.cancelled_at,
    o.is_history, o.created_at
  FROM jsonb_to_record(told) AS o(
    shop_id bigint, customer_id bigint, external_id text, number text, channel text, progress text, warehouse text,
    currency text, goods_amount numeric, delivery_amount numeric, placed_at timestamptz, paid_at timestamptz, shipped_at timestamptz,
    delivered_at timestamptz, completed_at timestamptz, cancelled_at timestamptz, is_history boolean,
    created_at timestamptz)
  ON CONFLICT (shop_id, external_id) DO NOTHING
  RETURNING id INTO kept;

  IF kept IS NULL THEN
    RETURN;
  END IF;

  RETURN QUERY
  WITH given AS (
    SELECT l.n, l.external_id, l.sku, l.quantity, l.unit_price, l.discount_amount, l.amount, p.id AS product_id,
      coalesce(nullif(l.name, ''), p.name, '') AS name,
      CASE WHEN p.unit_cost_currency = told->>'currency' THEN p.unit_cost END AS unit_cost
    FROM ROWS FROM (jsonb_to_recordset(told->'lines') AS (
      external_id text, sku text, name text, quantity numeric, unit_price numeric, discount_amount numeric,
      amount numeric)) WITH ORDINALITY AS l(external_id, sku, name, quantity, unit_price, discount_amount, amount, n)
    LEFT JOIN crm_product p ON p.sku = l.sku
  ), fresh AS (
    INSERT INTO crm_orderline (order_id, external_id, product_id, sku, name, quantity, unit_price, discount_amount,
      amount, unit_cost, returned_quantity)
    SELECT kept, g.external_id, g.product_id, g.sku, g.name, g.quantity, g.unit_price, g.discount_amount, g.amount,
      g.unit_cost, 0
    FROM given g ORDER BY g.n
    RETURNING crm_orderline.id, crm_orderline.external_id
  )
  SELECT kept, f.id, g.product_id, g.name::varchar, g.unit_cost
  FROM given g JOIN fresh f USING (external_id) ORDER BY g.n;
END $$;
