from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from modelless_web.records.search import index


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Note which words follow each other, as PostgreSQL's index now has it."""
    if schema_editor.connection.vendor == "postgresql":
        index.rebuild()


class Migration(migrations.Migration):

    dependencies = [
        ('records', '0012_sketches'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
