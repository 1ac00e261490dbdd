"""Addresses of the pages of leads and administrators."""

from __future__ import annotations

from django.urls import path

from postline.web.manage import alarms, outbox, quarantine

urlpatterns = [
    path("alarms/<int:alarm_id>/seen/", alarms.acknowledge, name="alarm-acknowledge"),
    path("outbox/release/", outbox.release, name="outbox-release"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/<int:message_id>/", outbox.message, name="outbox-message"),
    path("outbox/<int:message_id>/html/", outbox.html, name="outbox-html"),
    path("outbox/<int:message_id>/retry/", outbox.retry, name="outbox-retry"),
    path("quarantine/", quarantine.quarantine, name="quarantine"),
    path("quarantine/<int:raw_id>/", quarantine.message, name="quarantine-message"),
    path("quarantine/<int:raw_id>/download/", quarantine.download, name="quarantine-download"),
    path("quarantine/<int:raw_id>/run/", quarantine.run_again, name="quarantine-run"),
    path("quarantine/<int:raw_id>/delete/", quarantine.delete, name="quarantine-delete"),
]
