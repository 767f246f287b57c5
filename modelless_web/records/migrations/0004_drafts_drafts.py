
import django.db.models.deletion
import django.utils.timezone
import modelless_web.records.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0003_guard_knocks'),
    ]

    operations = [
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.UUIDField(default=modelless_web.records.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(blank=True, max_length=80)),
                ('words', models.CharField(blank=True, help_text='Its first words; empty if it has none.', max_length=60)),
                ('fields', models.JSONField(default=dict)),
                ('submission', models.CharField(blank=True, max_length=64)),
                ('version', models.PositiveIntegerField(default=1)),
                ('writer', models.CharField(blank=True, max_length=64)),
                ('edit', models.PositiveIntegerField(default=0)),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('used_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('deleted_at', models.DateTimeField(null=True)),
                ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['owner', '-used_at'], name='last_used_of_owner'), models.Index(condition=models.Q(('deleted_at', None), _negated=True), fields=['deleted_at'], name='drafts_in_the_trash')],
            },
        ),
    ]
