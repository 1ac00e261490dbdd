"""Addresses below /desk/."""

from django.urls import path

from postline.web.workspace import (
    acts,
    answer,
    draft,
    files,
    here,
    letter,
    new,
    next_ticket,
    note,
    place,
    queue,
    search,
    side,
    ticket,
)

urlpatterns = [
    path("", place.my_place, name="desk"),
    path("next/", next_ticket.next_ticket, name="desk-next"),
    path("new/", new.new, name="desk-new"),
    path("side/", side.side, name="desk-side"),
    path("search/", search.search, name="desk-search"),
    path("queues/<slug:project>/<slug:slug>/", queue.queue, name="desk-queue"),
    path("tickets/<int:number>/", ticket.ticket, name="desk-ticket"),
    path("tickets/<int:number>/answer/", answer.answer, name="desk-answer"),
    path("tickets/<int:number>/note/", note.note, name="desk-note"),
    path("tickets/<int:number>/draft/", draft.save, name="desk-draft"),
    path("tickets/<int:number>/here/", here.here, name="desk-here"),
    path("tickets/<int:number>/take/", acts.take, name="desk-take"),
    path("tickets/<int:number>/release/", acts.release, name="desk-release"),
    path("tickets/<int:number>/keep/", acts.keep, name="desk-keep"),
    path("tickets/<int:number>/move/", acts.move, name="desk-move"),
    path("tickets/<int:number>/assign/", acts.assign, name="desk-assign"),
    path("tickets/<int:number>/state/", acts.state, name="desk-state"),
    path("tickets/<int:number>/topic/", acts.topic, name="desk-topic"),
    path("tickets/<int:number>/priority/", acts.priority, name="desk-priority"),
    path("tickets/<int:number>/tags/", acts.tags, name="desk-tags"),
    path("tickets/<int:number>/language/", acts.language, name="desk-language"),
    path("tickets/<int:number>/participants/<int:participant>/", acts.add_participant, name="desk-participant"),
    path(
        "tickets/<int:number>/participants/<int:participant>/no/", acts.decline_participant, name="desk-participant-no"
    ),
    path("tickets/<int:number>/requester/", acts.requester, name="desk-requester"),
    path("messages/<int:message>/html/", letter.as_sent, name="desk-html"),
    path("messages/<int:message>/text/", letter.whole_text, name="desk-text"),
    path("messages/<int:message>/source/", letter.source, name="desk-source"),
    path("messages/<int:message>/raw/", files.raw, name="desk-raw"),
    path("attachments/<int:attachment>/", files.attachment, name="desk-attachment"),
    path("attachments/<int:attachment>/message/", letter.enclosed, name="desk-enclosed"),
]
