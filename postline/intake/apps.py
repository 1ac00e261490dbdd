from importlib import import_module

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "postline.intake"

    def ready(self) -> None:
        """Fill the register of steps."""
        import_module("postline.intake.steps")
