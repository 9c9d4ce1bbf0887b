"""Indexes for the figures of a period, made without holding up the shops; and the days of purchases known so far."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

FIRST_TWO_DAYS = """
UPDATE crm_customerfigures f SET first_purchase_on = d.days[1], second_purchase_on = d.days[2]
FROM (
  SELECT customer_id, (array_agg(bought_on ORDER BY bought_on))[1:2] AS days
  FROM (
    SELECT DISTINCT o.customer_id, (o.placed_at AT TIME ZONE s.time_zone)::date AS bought_on
    FROM crm_order o JOIN crm_shop s ON s.id = o.shop_id
    WHERE o.cancelled_at IS NULL AND o.customer_id IS NOT NULL
  ) days
  GROUP BY customer_id
) d
WHERE f.customer_id = d.customer_id
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("crm", "0009_tasks_views_and_days_of_purchases")]

    operations = [
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(
                fields=["placed_at"],
                include=("customer", "currency", "goods_amount"),
                condition=models.Q(("cancelled_at", None)),
                name="orders_as_they_are_counted",
            ),
        ),
        AddIndexConcurrently(
            model_name="return",
            index=models.Index(
                fields=["returned_at"], include=("currency", "amount"), name="returns_as_they_are_counted"
            ),
        ),
        migrations.RunSQL(FIRST_TWO_DAYS, migrations.RunSQL.noop),
    ]
