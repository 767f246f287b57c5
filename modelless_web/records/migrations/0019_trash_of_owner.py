from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0018_references"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="generation",
            index=models.Index(
                condition=models.Q(("deleted_at", None), _negated=True),
                fields=["owner", "-deleted_at", "-id"],
                name="trash_of_owner",
            ),
        ),
    ]
