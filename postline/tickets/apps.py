from django.apps import AppConfig

from postline.outbox import outcomes


class TicketsConfig(AppConfig):
    name = "postline.tickets"

    def ready(self) -> None:
        from postline.tickets.actions.delivery import delivery_failed  # noqa: PLC0415 - models are loaded only now

        outcomes.register(delivery_failed)
