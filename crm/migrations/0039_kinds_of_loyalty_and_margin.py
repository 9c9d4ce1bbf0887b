import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Why customers come back, what they brought as margin, and who is to be counted before the night."""

    dependencies = [("crm", "0038_weekly_figures_by_mail")]

    operations = [
        migrations.AddField(
            model_name="customerworth",
            name="counted_at",
            field=models.DateTimeField(null=True, verbose_name="counted"),
        ),
        migrations.AddField(
            model_name="customerworth",
            name="learned_answered",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="customerworth",
            name="learned_channel",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=20, verbose_name="answers most by"
            ),
        ),
        migrations.AddField(
            model_name="customerworth",
            name="learned_sent",
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="customerworth",
            name="margin",
            field=models.DecimalField(
                decimal_places=2, max_digits=16, null=True, verbose_name="margin so far"
            ),
        ),
        migrations.AddField(
            model_name="installation",
            name="historic_value",
            field=models.CharField(
                choices=[
                    ("revenue", "net revenue"),
                    ("margin", "margin: net revenue less the cost of the goods"),
                ],
                db_default="revenue",
                default="revenue",
                help_text="Margin: of customers for whom the cost of everything they bought is known.",
                max_length=7,
                verbose_name="what a customer has brought so far",
            ),
        ),
        migrations.CreateModel(
            name="CustomerLoyalty",
            fields=[
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="loyalty",
                        serialize=False,
                        to="crm.customer",
                    ),
                ),
                ("as_of", models.DateField(verbose_name="as of")),
                ("rational", models.PositiveSmallIntegerField(verbose_name="rational, of 100")),
                ("emotional", models.PositiveSmallIntegerField(verbose_name="emotional, of 100")),
                ("behavioural", models.PositiveSmallIntegerField(verbose_name="behavioural, of 100")),
                (
                    "dominant",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("rational", "Rational"),
                            ("emotional", "Emotional"),
                            ("behavioural", "Behavioural"),
                        ],
                        help_text="Empty: none is strong yet.",
                        max_length=11,
                        verbose_name="kind of loyalty",
                    ),
                ),
                ("inputs", models.JSONField(default=dict)),
            ],
            options={
                "verbose_name": "loyalty of a customer",
                "verbose_name_plural": "loyalty of customers",
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(models.F("dominant"), models.F("customer"), name="customers_by_loyalty")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("behavioural__lte", 100), ("emotional__lte", 100), ("rational__lte", 100)
                        ),
                        name="kinds_of_loyalty_are_of_100",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CustomerToValue",
            fields=[
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="crm.customer",
                    ),
                ),
                ("turn", models.BigIntegerField(default=1)),
                ("since", models.DateTimeField()),
            ],
            options={
                "default_permissions": (),
                "indexes": [
                    models.Index(models.F("since"), models.F("customer"), name="customers_to_value_in_turn")
                ],
            },
        ),
    ]
