from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "modelless_web.records"
    label = "records"
    verbose_name = "Records"
