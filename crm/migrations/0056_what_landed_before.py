from django.db import migrations

# What the inbox knows: of goods with several variants, the code of the first.
NEWS = """
INSERT INTO crm_connectornews (connection_id, thing, as_of, codes)
SELECT connection_id, thing, max(as_of), CASE WHEN thing LIKE 'product:%'
  THEN coalesce((array_agg(landed_as::varchar(64) ORDER BY as_of DESC, id DESC) FILTER (WHERE landed_as <> ''))[1:1], '{}')
  ELSE '{}' END
FROM crm_connectordelivery
WHERE landed_at IS NOT NULL AND as_of IS NOT NULL AND thing ~ '^(customer|order|product|wish):'
GROUP BY connection_id, thing
ON CONFLICT DO NOTHING
"""

# Of returns of several orders, and of credits that stand alone, it is none.
ORDERS = """
UPDATE crm_return r SET order_id = its.order_id
FROM (
  SELECT line.goods_return_id AS id, min(sold.order_id) AS order_id
  FROM crm_returnline line JOIN crm_orderline sold ON sold.id = line.order_line_id
  GROUP BY 1 HAVING count(DISTINCT sold.order_id) = 1
) its
WHERE its.id = r.id AND r.order_id IS NULL
"""


class Migration(migrations.Migration):
    """What is known of deliveries and returns of before is kept where it is looked for now."""

    dependencies = [
        ("crm", "0055_news_by_thing_and_returns_by_order"),
    ]

    operations = [
        migrations.RunSQL(NEWS, migrations.RunSQL.noop),
        migrations.RunSQL(ORDERS, migrations.RunSQL.noop),
    ]
