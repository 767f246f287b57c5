import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import modelless_web.records.models.entries
from modelless_web.records.search import index

# Words come folded: the tokenizer has only to part them at the spaces.
SQLITE = ["CREATE VIRTUAL TABLE records_words USING fts5 (generation_id UNINDEXED, prompt, other, tokenize = 'ascii')"]
POSTGRESQL = [
    "CREATE TABLE records_words (rowid bigint PRIMARY KEY, generation_id uuid NOT NULL,"
    " records_words tsvector NOT NULL)",
    # It has to tell rare words from common ones, or it walks through all rows for a rare one.
    "ALTER TABLE records_words ALTER records_words SET STATISTICS 1000",
    "CREATE INDEX records_words_all ON records_words USING gin (records_words)",
]


def make_table(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for statement in SQLITE if is_sqlite else POSTGRESQL:
        schema_editor.execute(statement)


def drop_table(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    schema_editor.execute("DROP TABLE records_words")


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Index what is there. It reads columns by name, so that later ones are not missed."""
    index.rebuild()


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0007_selections'),
    ]

    operations = [
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('docid', models.BigAutoField(primary_key=True, serialize=False)),
                ('generation', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='entry', to='records.generation')),
            ],
        ),
        migrations.CreateModel(
            name='Words',
            fields=[
                ('entry', models.OneToOneField(db_column='rowid', on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='words', serialize=False, to='records.entry')),
                ('generation', models.OneToOneField(on_delete=django.db.models.deletion.DO_NOTHING, related_name='words', to='records.generation')),
                ('all', modelless_web.records.models.entries.WordsField(db_column='records_words')),
                ('prompt', models.TextField()),
                ('other', models.TextField()),
            ],
            options={
                'db_table': 'records_words',
                'managed': False,
            },
        ),
        migrations.RunPython(make_table, drop_table),
        migrations.AddIndex(
            model_name='generation',
            index=models.Index(fields=['owner', 'status', '-id'], name='newest_of_status'),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
