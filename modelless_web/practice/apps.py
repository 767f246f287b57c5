"""Lets Django find the `practice` command; the gateway itself knows nothing of Django."""

from django.apps import AppConfig


class PracticeConfig(AppConfig):
    """The app that brings `manage.py practice`."""

    name = "modelless_web.practice"
    label = "practice"
    verbose_name = "practice gateway"
