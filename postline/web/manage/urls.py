"""Addresses of the pages of leads and administrators."""

from __future__ import annotations

from django.urls import path

from postline.web.manage import (
    alarms,
    audit,
    groups,
    invite,
    invite_many,
    mailboxes,
    outbox,
    overview,
    people,
    person,
    projects,
    quarantine,
    queues,
    retire,
    search,
)

PROJECT = "manage/projects/<slug:project>/"

urlpatterns = [
    path("alarms/<int:alarm_id>/seen/", alarms.acknowledge, name="alarm-acknowledge"),
    path("outbox/release/", outbox.release, name="outbox-release"),
    path("manage/", overview.overview, name="manage"),
    path("manage/search/", search.search, name="manage-search"),
    path("manage/audit/", audit.audit, name="manage-audit"),
    path("manage/people/", people.people, name="manage-people"),
    path("manage/people/invite/", invite.invite, name="manage-invite"),
    path("manage/people/invite-many/", invite_many.invite_many, name="manage-invite-many"),
    path("manage/people/<int:person_id>/", person.person, name="manage-person"),
    path("manage/people/<int:person_id>/roles/", person.give_role, name="manage-person-give"),
    path("manage/people/<int:person_id>/roles/<int:membership_id>/", person.take_role, name="manage-person-take"),
    path("manage/people/<int:person_id>/switch/", person.switch, name="manage-person-switch"),
    path("manage/people/<int:person_id>/link/", person.send_link, name="manage-person-link"),
    path("manage/projects/new/", projects.new, name="manage-project-new"),
    path(PROJECT, projects.project, name="manage-project"),
    path(PROJECT + "groups/", groups.listed, name="manage-groups"),
    path(PROJECT + "groups/new/", groups.new, name="manage-group-new"),
    path(PROJECT + "groups/<slug:group>/", groups.group, name="manage-group"),
    path(PROJECT + "groups/<slug:group>/people/", groups.add_person, name="manage-group-add"),
    path(PROJECT + "groups/<slug:group>/delete/", groups.delete, name="manage-group-delete"),
    path(PROJECT + "queues/", queues.listed, name="manage-queues"),
    path(PROJECT + "queues/new/", queues.new, name="manage-queue-new"),
    path(PROJECT + "queues/<slug:queue>/", queues.queue, name="manage-queue"),
    path(PROJECT + "queues/<slug:queue>/shift/", queues.shift, name="manage-queue-shift"),
    path(PROJECT + "queues/<slug:queue>/retire/", retire.retire, name="manage-queue-retire"),
    path(PROJECT + "mailboxes/", mailboxes.listed, name="manage-mailboxes"),
    path(PROJECT + "mailboxes/new/", mailboxes.new, name="manage-mailbox-new"),
    path(PROJECT + "mailboxes/<int:mailbox_id>/", mailboxes.mailbox, name="manage-mailbox"),
    path(PROJECT + "mailboxes/<int:mailbox_id>/switch/", mailboxes.switch, name="manage-mailbox-switch"),
    path(PROJECT + "mailboxes/<int:mailbox_id>/delete/", mailboxes.delete, name="manage-mailbox-delete"),
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
