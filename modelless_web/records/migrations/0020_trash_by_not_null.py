from django.db import migrations, models

TRASHED = models.Q(deleted_at__isnull=False)


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0019_trash_of_owner"),
    ]

    operations = [
        migrations.RemoveIndex("draft", "drafts_in_the_trash"),
        migrations.RemoveIndex("generation", "in_the_trash"),
        migrations.RemoveIndex("generation", "trash_of_owner"),
        migrations.AddIndex(
            "draft",
            models.Index(fields=["deleted_at"], name="drafts_in_the_trash", condition=TRASHED),
        ),
        migrations.AddIndex(
            "generation",
            models.Index(fields=["deleted_at"], name="in_the_trash", condition=TRASHED),
        ),
        migrations.AddIndex(
            "generation",
            models.Index(
                fields=["owner", "-deleted_at", "-id"],
                name="trash_of_owner",
                condition=TRASHED,
            ),
        ),
    ]
