import django.db.models.deletion
import django.utils.timezone
import modelless_web.records.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0022_usage_by_span"),
    ]

    operations = [
        migrations.AlterField(
            model_name="audit",
            name="what",
            field=models.CharField(
                choices=[
                    ("listed", "Saw a list"),
                    ("pictured", "Saw a list with pictures"),
                    ("read", "Read"),
                    ("picture", "Saw a picture"),
                    ("export", "Took along"),
                    ("code", "Read as code"),
                    ("asked", "Asked the gateway"),
                    ("rescued", "Had pictures rescued again"),
                    ("unshared", "Stopped sharing"),
                ],
                max_length=8,
            ),
        ),
        migrations.CreateModel(
            name="Share",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=modelless_web.records.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "expires_at",
                    models.DateTimeField(help_text="Empty: when somebody stops it.", null=True),
                ),
                (
                    "with_prompt",
                    models.BooleanField(
                        default=False, help_text="Whether the page shows the prompt."
                    ),
                ),
                (
                    "opened",
                    models.PositiveIntegerField(
                        default=0, help_text="How often its page was opened."
                    ),
                ),
                ("last_opened_at", models.DateTimeField(null=True)),
                (
                    "generation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shares",
                        to="records.generation",
                    ),
                ),
            ],
            options={
                "verbose_name": "share link",
                "ordering": ["-id"],
            },
        ),
    ]
