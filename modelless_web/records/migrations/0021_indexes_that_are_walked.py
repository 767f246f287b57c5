import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0020_trash_by_not_null"),
    ]

    operations = [
        migrations.AlterField(
            model_name="generation",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="children",
                to="records.generation",
            ),
        ),
        migrations.AlterField(
            model_name="picture",
            name="sha256",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AlterField(
            model_name="reference",
            name="sha256",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddIndex(
            model_name="generation",
            index=models.Index(fields=["parent", "owner", "-id"], name="newest_of_parent"),
        ),
        migrations.AddIndex(
            model_name="picture",
            index=models.Index(fields=["sha256", "id"], name="pictures_by_bytes"),
        ),
        migrations.AddIndex(
            model_name="reference",
            index=models.Index(fields=["sha256"], name="references_by_bytes"),
        ),
    ]
