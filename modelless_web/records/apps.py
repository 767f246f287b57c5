from django.apps import AppConfig
from django.db.backends.signals import connection_created


class RecordsConfig(AppConfig):
    name = "modelless_web.records"
    label = "records"
    verbose_name = "Records"

    def ready(self) -> None:
        """Let every connection know how well a row matches."""
        from modelless_web.records.search.ranking import prepare  # noqa: PLC0415 - needs models

        connection_created.connect(prepare)
