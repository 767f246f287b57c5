from django.db import migrations, models
from django.db.models import Sum
from django.db.models.functions import TruncMonth, TruncQuarter, TruncYear

KEY = ("owner_id", "gateway_id", "model", "status", "charge", "error_kind", "currency", "is_purged")
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
    """Add up the days by month, quarter and year."""
    Usage = apps.get_model("records", "Usage")
    sums = {f"sum_{name}": Sum(name) for name in MEASURES}
    for span, first in (("month", TruncMonth), ("quarter", TruncQuarter), ("year", TruncYear)):
        days = Usage.objects.filter(span="day").order_by()
        cells = days.annotate(first=first("day")).values("first", *KEY).annotate(**sums)
        names = ("day", *KEY, *MEASURES)
        rows = (
            Usage(span=span, **dict(zip(names, cell, strict=True)))
            for cell in cells.values_list("first", *KEY, *sums)
        )
        Usage.objects.bulk_create(rows, batch_size=BATCH)


class Migration(migrations.Migration):

    dependencies = [
        ("records", "0019_trash_of_owner"),
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
            field=models.CharField(choices=[("day", "Day"), ("month", "Month"), ("quarter", "Quarter"), ("year", "Year")], default="day", max_length=7),
        ),
        migrations.AddIndex(
            model_name="usage",
            index=models.Index(fields=["span", "day", "currency"], name="usage_of_span"),
        ),
        migrations.AddConstraint(
            model_name="usage",
            constraint=models.UniqueConstraint(fields=("owner", "span", "day", "currency", "gateway", "model", "status", "charge", "error_kind", "is_purged"), name="one_cell_per_key"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
