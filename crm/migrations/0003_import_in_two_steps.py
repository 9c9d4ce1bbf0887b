import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q
from django.utils import timezone


def added(name: str, field: models.Field, *, for_now: object) -> migrations.AddField:
    """A field that never has a default of its own; rows that stand get this one."""
    field.default = for_now
    return migrations.AddField("importjob", name, field, preserve_default=False)


class Migration(migrations.Migration):
    """An import reads a file first and applies it after a word; what it read stands in typed columns."""

    dependencies = [("crm", "0002_history")]

    operations = [
        migrations.DeleteModel("ImportedRow"),
        migrations.RemoveField("importjob", "what"),
        migrations.RemoveField("importjob", "applied_through"),
        migrations.AddField("importjob", "header", models.JSONField(blank=True, default=list)),
        added("currency", models.CharField("currency", max_length=3), for_now="EUR"),
        added("time_zone", models.CharField("time zone", max_length=50), for_now="UTC"),
        added("moved_at", models.DateTimeField("last heard of"), for_now=timezone.now),
        migrations.AlterField("importjob", "created_at", models.DateTimeField("started")),
        migrations.AddField("importjob", "percent_read", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("importjob", "rows_read", models.PositiveIntegerField(default=0)),
        migrations.AddField(
            "importjob", "documents_total", models.PositiveIntegerField("invoices and credits", default=0)
        ),
        migrations.AddField("importjob", "documents_done", models.PositiveIntegerField(default=0)),
        migrations.AddField("importjob", "read_at", models.DateTimeField("read", blank=True, null=True)),
        migrations.AddField(
            "importjob", "confirmed_at", models.DateTimeField("confirmed", blank=True, null=True)
        ),
        migrations.AddField(
            "importjob",
            "leg_started_at",
            models.DateTimeField(blank=True, help_text="Since when the present rate is counted.", null=True),
        ),
        migrations.AddField("importjob", "leg_started_rows", models.PositiveIntegerField(default=0)),
        migrations.CreateModel(
            name="ImportedRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "job_id", "line_number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("line_number", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[("sale", "sale"), ("credit", "credit"), ("", "neither")],
                        max_length=6,
                    ),
                ),
                ("reference", models.CharField(blank=True, max_length=64)),
                ("customer_ref", models.CharField(blank=True, max_length=64)),
                ("occurred_at", models.DateTimeField(null=True)),
                ("sku", models.CharField(blank=True, max_length=64)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("quantity", models.DecimalField(decimal_places=3, max_digits=12, null=True)),
                ("unit_price", models.DecimalField(decimal_places=4, max_digits=14, null=True)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("refusal", models.CharField(blank=True, max_length=30)),
                ("cells", models.JSONField(default=list)),
                (
                    "job",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="crm.importjob",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(models.F("job"), models.F("reference"), name="rows_of_a_document"),
                    models.Index(
                        models.F("job"),
                        models.F("line_number"),
                        condition=~Q(refusal=""),
                        name="refused_rows_of_a_job",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportedDocument",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "job_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("sale", "sale"), ("credit", "credit"), ("", "neither")], max_length=6
                    ),
                ),
                ("reference", models.CharField(max_length=64)),
                ("customer_ref", models.CharField(blank=True, max_length=64)),
                ("occurred_at", models.DateTimeField()),
                ("rows_count", models.PositiveIntegerField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("refusal", models.CharField(blank=True, max_length=30)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("", "waiting"), ("imported", "imported"), ("known", "already there")],
                        max_length=8,
                    ),
                ),
                (
                    "job",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="documents",
                        to="crm.importjob",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("job"),
                        models.F("kind"),
                        models.F("reference"),
                        name="document_planned_once_per_job",
                    )
                ],
            },
        ),
    ]
