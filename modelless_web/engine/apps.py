from django.apps import AppConfig


class EngineConfig(AppConfig):
    name = "modelless_web.engine"
    label = "engine"
