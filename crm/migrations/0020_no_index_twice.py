import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Every write paid for indexes that others begin with already: customer, shop and order come first in those."""

    dependencies = [("crm", "0019_near_words_by_slips")]

    operations = [
        migrations.AlterField(
            "order",
            "customer",
            models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="orders",
                to="crm.customer",
                verbose_name="customer",
            ),
        ),
        migrations.AlterField(
            "order",
            "shop",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="orders",
                to="crm.shop",
                verbose_name="shop",
            ),
        ),
        migrations.AlterField(
            "orderline",
            "order",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="lines",
                to="crm.order",
                verbose_name="order",
            ),
        ),
        migrations.AlterField(
            "timelineentry",
            "customer",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="entries",
                to="crm.customer",
            ),
        ),
        migrations.AlterField(
            "importeddocument",
            "outcome",
            models.CharField(
                blank=True, choices=[("", "not there"), ("known", "already there")], max_length=8
            ),
        ),
    ]
