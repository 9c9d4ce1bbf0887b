from pathlib import Path

import django.contrib.postgres.indexes
from django.db import migrations, models
from django.db.models import F, Func, Q
from django.db.models.functions import Right

SQL = Path(__file__).parents[1] / "sql"

FUNCTIONS = """
DROP FUNCTION crm_near_words(text[], integer);
DROP FUNCTION crm_entry_words(jsonb, timestamptz);
DROP FUNCTION crm_name_words(text, text, text);
DROP FUNCTION crm_fold(text);
"""
TRIGGERS = "DROP FUNCTION crm_learn_names() CASCADE; DROP FUNCTION crm_learn_new_name() CASCADE;"
TRIGGERS += " DROP FUNCTION crm_forget_old_name() CASCADE;"


def load(name: str, undo: str) -> migrations.RunSQL:
    return migrations.RunSQL((SQL / name).read_text(encoding="utf-8"), undo)


class Migration(migrations.Migration):
    """Names are found by how they sound, phones by their last four digits, entries by what is written in them."""

    dependencies = [("crm", "0012_customer_by_birthday")]

    operations = [
        load("search.sql", FUNCTIONS),
        migrations.CreateModel(
            name="NameWord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("word", models.TextField()),
            ],
        ),
        load("name_words.sql", TRIGGERS),
        migrations.AddIndex(
            model_name="nameword",
            index=models.Index(F("word"), name="name_word_by_itself"),
        ),
        migrations.AddIndex(
            model_name="nameword",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("word", name="gin_trgm_ops"),
                name="name_word_by_sound",
            ),
        ),
        migrations.RemoveIndex(model_name="customer", name="customer_by_name"),
        migrations.AddIndex(
            model_name="customer",
            index=django.contrib.postgres.indexes.GinIndex(
                Func("given_name", "patronymic", "family_name", function="crm_name_words"),
                name="customer_by_words_of_name",
            ),
        ),
        migrations.AddIndex(
            model_name="identity",
            index=models.Index(
                Right("value", 4),
                condition=Q(kind__in=["phone", "card"]),
                name="identity_by_last_four",
            ),
        ),
        migrations.AddIndex(
            model_name="timelineentry",
            index=django.contrib.postgres.indexes.GinIndex(
                Func("payload", "occurred_at", function="crm_entry_words"),
                condition=Q(payload__has_any_keys=["subject", "text", "reason"]),
                name="entry_by_words",
            ),
        ),
    ]
