from django.db import migrations, models
from django.db.models import Max, Sum


def fill(apps, schema_editor):
    """Count what everybody has stored."""
    Picture = apps.get_model("records", "Picture")
    User = apps.get_model("records", "User")
    for pk in User.objects.values_list("pk", flat=True):
        stored = Picture.objects.filter(generation__owner=pk, state="stored")
        each = stored.order_by().values("sha256").annotate(each=Max("size"))
        total = each.aggregate(total=Sum("each"))["total"]
        if total:
            User.objects.filter(pk=pk).update(stored_bytes=total)


class Migration(migrations.Migration):

    dependencies = [
        ("records", "0014_price_book"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="stored_bytes",
            field=models.BigIntegerField(default=0, editable=False, help_text="Of different originals; see records.usage.storage."),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
