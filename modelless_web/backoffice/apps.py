from django.apps import AppConfig


class BackofficeConfig(AppConfig):
    name = "modelless_web.backoffice"
    label = "backoffice"
