from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("crm", "0013_search_by_sound")]

    operations = [
        migrations.CreateModel(
            name="Canary",
            fields=[
                ("name", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("sang_at", models.DateTimeField()),
            ],
            options={"verbose_name_plural": "canaries"},
        ),
    ]
