from django.apps import AppConfig


class WiringConfig(AppConfig):
    name = "modelless_web.config"
    label = "config"
