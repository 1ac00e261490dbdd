from django.apps import AppConfig


class RulesConfig(AppConfig):
    name = "postline.rules"

    def ready(self) -> None:
        """Fill the registers of what rules can do, and of what leads to queues."""
        from postline.rules import retiring  # noqa: F401, PLC0415 - its tables are there only now
        from postline.rules.templates import register  # noqa: F401, PLC0415 - its tables are there only now
