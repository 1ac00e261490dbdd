from importlib import import_module

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "postline.intake"

    def ready(self) -> None:
        """Fill the registers of rules."""
        import_module("postline.intake.past")
        import_module("postline.intake.steps")
