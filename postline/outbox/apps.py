from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "postline.outbox"
