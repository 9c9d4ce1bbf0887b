import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """What sending keeps of a message, notices in the company's own words, and how people like to pay and be served."""

    dependencies = [
        ("crm", "0028_calls_and_link_codes"),
    ]

    operations = [
        migrations.CreateModel(
            name="CustomerPreference",
            fields=[
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="preference",
                        serialize=False,
                        to="crm.customer",
                    ),
                ),
                (
                    "payment",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("card", "by card, online"),
                            ("on_delivery", "when the goods come"),
                            ("in_shop", "in the shop"),
                            ("transfer", "by bank transfer"),
                            ("instalments", "in instalments"),
                        ],
                        max_length=12,
                        verbose_name="payment",
                    ),
                ),
                (
                    "delivery",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("courier", "by courier, to the door"),
                            ("pickup_point", "to a pick-up point"),
                            ("locker", "to a parcel locker"),
                            ("post", "by post"),
                            ("in_shop", "I collect it in the shop"),
                        ],
                        max_length=12,
                        verbose_name="delivery",
                    ),
                ),
                ("changed_at", models.DateTimeField(verbose_name="changed")),
            ],
            options={
                "verbose_name": "preferences of a customer",
                "verbose_name_plural": "preferences of customers",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="NoticeSwitch",
            fields=[
                ("notice", models.CharField(max_length=60, primary_key=True, serialize=False)),
                (
                    "switched_on_at",
                    models.DateTimeField(help_text="Empty: off.", null=True, verbose_name="on since"),
                ),
                ("changed_at", models.DateTimeField(verbose_name="changed")),
            ],
            options={
                "verbose_name": "switch of a notice",
                "verbose_name_plural": "switches of notices",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="NoticeText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("notice", models.CharField(max_length=60, verbose_name="notice")),
                (
                    "language",
                    models.CharField(
                        choices=[("bg", "Bulgarian"), ("ru", "Russian"), ("en", "English")],
                        max_length=5,
                        verbose_name="language",
                    ),
                ),
                (
                    "length",
                    models.CharField(
                        choices=[("long", "e-mail and messengers"), ("short", "SMS")],
                        max_length=5,
                        verbose_name="where",
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=250, verbose_name="subject")),
                ("text", models.TextField(verbose_name="text")),
                ("changed_at", models.DateTimeField(verbose_name="changed")),
            ],
            options={
                "verbose_name": "text of a notice",
                "verbose_name_plural": "notices",
                "default_permissions": ("view", "change"),
            },
        ),
        migrations.AddField(
            model_name="channelaccount",
            name="paced_until",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="Nothing more is sent before: its provider's limit.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="decided_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="Who said what became of one that was perhaps sent.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="is_address_dead",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="Out: the provider says that nothing arrives there.",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="short_text",
            field=models.TextField(
                blank=True,
                db_default="",
                help_text="Out: what an SMS would say, should it have to go that way.",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                models.F("account"),
                models.F("address"),
                models.F("send_at"),
                condition=models.Q(("state__in", ["queued", "sending"])),
                name="message_on_its_way",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                models.F("id"), condition=models.Q(("state", "uncertain")), name="message_perhaps_sent"
            ),
        ),
        migrations.AddField(
            model_name="noticeswitch",
            name="changed_by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="noticetext",
            name="changed_by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="by",
            ),
        ),
        migrations.AddConstraint(
            model_name="noticetext",
            constraint=models.UniqueConstraint(
                models.F("notice"),
                models.F("language"),
                models.F("length"),
                name="notice_says_one_thing_a_language",
            ),
        ),
    ]
