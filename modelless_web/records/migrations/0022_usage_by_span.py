import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Sum
from django.db.models.functions import TruncMonth, TruncQuarter, TruncYear

import modelless_web.records.money.amounts

KEY = ("gateway_id", "model", "status", "charge", "error_kind", "currency", "is_purged")
MEASURES = (
    "generations",
    "pictures",
    "prompt_tokens",
    "completion_tokens",
    "cost",
    "unpriced",
    "estimated",
)
BATCH = 2000


def fill(apps, schema_editor):
    """Add up people's days by month, quarter and year, and everybody's by all."""
    Usage, UsageOfAll = apps.get_model("records", "Usage"), apps.get_model("records", "UsageOfAll")
    spans = {
        "day": F("day"),
        "month": TruncMonth("day"),
        "quarter": TruncQuarter("day"),
        "year": TruncYear("day"),
    }
    for span, first in spans.items():
        if span != "day":
            _add_up(Usage, Usage, span, first, ("owner_id", *KEY))
        _add_up(Usage, UsageOfAll, span, first, KEY)


def _add_up(days, table, span, first, key):
    sums = {f"sum_{name}": Sum(name) for name in MEASURES}
    rows = days.objects.filter(span="day").order_by().annotate(first=first)
    cells = rows.values("first", *key).annotate(**sums).values_list("first", *key, *sums)
    names = ("day", *key, *MEASURES)
    made = (table(span=span, **dict(zip(names, cell, strict=True))) for cell in cells)
    table.objects.bulk_create(made, batch_size=BATCH)


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0021_indexes_that_are_walked"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="usage",
            name="one_cell_per_key",
        ),
        migrations.RemoveIndex(
            model_name="usage",
            name="usage_of_day",
        ),
        migrations.AddField(
            model_name="usage",
            name="span",
            field=models.CharField(
                choices=[
                    ("day", "Day"),
                    ("month", "Month"),
                    ("quarter", "Quarter"),
                    ("year", "Year"),
                ],
                default="day",
                max_length=7,
            ),
        ),
        migrations.AddIndex(
            model_name="usage",
            index=models.Index(fields=["span", "day", "currency"], name="usage_of_span"),
        ),
        migrations.AddConstraint(
            model_name="usage",
            constraint=models.UniqueConstraint(
                fields=(
                    "owner",
                    "span",
                    "day",
                    "currency",
                    "gateway",
                    "model",
                    "status",
                    "charge",
                    "error_kind",
                    "is_purged",
                ),
                name="one_cell_per_key",
            ),
        ),
        migrations.AlterField(
            model_name="usage",
            name="gateway",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="records.gateway",
            ),
        ),
        migrations.CreateModel(
            name="UsageOfAll",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "span",
                    models.CharField(
                        choices=[
                            ("day", "Day"),
                            ("month", "Month"),
                            ("quarter", "Quarter"),
                            ("year", "Year"),
                        ],
                        default="day",
                        max_length=7,
                    ),
                ),
                ("day", models.DateField(help_text="Of the person's own calendar.")),
                ("model", models.CharField(max_length=200)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("succeeded", "Done"),
                            ("failed", "Failed"),
                            ("cancelled", "Stopped"),
                            ("interrupted", "Interrupted"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "charge",
                    models.CharField(
                        choices=[
                            ("unsent", "Not sent"),
                            ("refused", "Refused"),
                            ("maybe", "Maybe charged"),
                            ("charged", "Charged"),
                        ],
                        max_length=8,
                    ),
                ),
                ("error_kind", models.CharField(blank=True, max_length=20)),
                (
                    "currency",
                    models.CharField(
                        blank=True, help_text="Empty: no price was known.", max_length=3
                    ),
                ),
                ("is_purged", models.BooleanField(default=False)),
                ("generations", models.BigIntegerField(default=0)),
                ("pictures", models.BigIntegerField(default=0)),
                ("prompt_tokens", models.BigIntegerField(default=0)),
                ("completion_tokens", models.BigIntegerField(default=0)),
                (
                    "cost",
                    modelless_web.records.money.amounts.MoneyField(
                        default=modelless_web.records.money.amounts.ZERO
                    ),
                ),
                (
                    "unpriced",
                    models.BigIntegerField(default=0, help_text="Of them, without a known price."),
                ),
                (
                    "estimated",
                    models.BigIntegerField(default=0, help_text="Of them, priced by our estimate."),
                ),
                (
                    "gateway",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.gateway",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "usage of all",
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "span",
                            "day",
                            "currency",
                            "gateway",
                            "model",
                            "status",
                            "charge",
                            "error_kind",
                            "is_purged",
                        ),
                        name="one_cell_of_all_per_key",
                    )
                ],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
