from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("support", "0007_topics_need_skills"),
    ]

    operations = [
        migrations.AlterField(
            model_name="calendar",
            name="position",
            field=models.PositiveSmallIntegerField(
                default=0,
                help_text="The first calendar counts wherever no promise of service names another.",
                verbose_name="number in the order",
            ),
        ),
        migrations.AlterField(
            model_name="slapolicy",
            name="position",
            field=models.PositiveSmallIntegerField(
                default=0,
                help_text="Of several that fit a ticket the first one counts.",
                verbose_name="number in the order",
            ),
        ),
    ]
