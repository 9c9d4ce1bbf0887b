from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("support", "0008_calendars_and_promises_in_order"),
    ]

    operations = [
        migrations.AddField(
            model_name="calendar",
            name="changed_at",
            field=models.DateTimeField(
                editable=False,
                help_text="Until what runs by it was counted anew: see support.timekeeping.calendar_days.",
                null=True,
            ),
        ),
    ]
