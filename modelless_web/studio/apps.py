from django.apps import AppConfig


class StudioConfig(AppConfig):
    name = "modelless_web.studio"
    label = "studio"
