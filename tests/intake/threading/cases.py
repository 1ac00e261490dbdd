"""What must become of each conversation: a folder of letters beside this file, a line for each thing that happens.

2 joins 1 by=reply-address      2.eml becomes part of the ticket that 1.eml opened, for this reason
  hits=1 | answer | first | automatic   the reference hit this letter, our last or first answer, the automatic one
2 new hint=1:number-in-subject  a ticket of its own that says it may belong to that of 1.eml
2 again                         it was there already
2 aside no-mailbox              it lies in quarantine
  queue= state= flags= asked= requester= project=   what is true afterwards; flags and addresses that are asked about
                                are all that there are
  auth=fail | pass  via=…       what is known of its sender; the envelope's recipients, else those of To and Cc
line1 answers 1                 and moves, topic, adds, declines, pends, gives, merges, splits: acts of an agent
"""

from __future__ import annotations

ANSWERED = ["1 new", "line1 answers 1"]
COMPANY = "company company.example"
BY_IVO, FROM_ANNA = "other=forwarded-by:ivo@company.example", "other=forwarded-from:anna@user.example"
CASES: dict[str, list[str]] = {
    # by our reply address
    "reply-address": [*ANSWERED, "2 joins 1 by=reply-address queue=web state=open"],
    "reply-address-in-upper-case": [*ANSWERED, "2 joins 1 by=reply-address"],
    "reply-address-in-cc": [*ANSWERED, "2 joins 1 by=reply-address"],
    "reply-address-in-the-envelope-alone": [*ANSWERED, "2 joins 1 by=reply-address via={{reply 1}}"],
    "reply-address-under-another-subject": [*ANSWERED, "2 joins 1 by=reply-address"],
    "reply-address-without-a-subject": [*ANSWERED, "2 joins 1 by=reply-address"],
    "reply-address-from-a-second-address": [
        *ANSWERED,
        "2 joins 1 by=reply-address asked=anna2@work.example requester=anna@user.example queue=web",
        "web answers 1",  # to the requester alone: the last check of every case
    ],
    "second-address-added": [
        *ANSWERED,
        "2 joins 1 by=reply-address asked=anna2@work.example",
        "web adds 1 anna2@work.example",
        "3 joins 1 by=message-id hits=1",
    ],
    "second-address-declined": [
        *ANSWERED,
        "2 joins 1 by=reply-address asked=anna2@work.example",
        "web declines 1 anna2@work.example",
        "3 new hint=1:number-in-subject",
    ],
    "second-address-not-asked-about-yet": [
        *ANSWERED,
        "2 joins 1 by=reply-address asked=anna2@work.example",
        "3 new hint=1:foreign-message-id",
    ],
    "reply-address-of-another-project": [*ANSWERED, "2 new project=games"],
    "reply-address-forged": [*ANSWERED, "2 new flags=bad-token"],
    "reply-address-with-a-plain-number": [*ANSWERED, "2 new"],
    "two-reply-addresses": ["1 new", "2 new", "3 joins 2 by=reply-address"],
    "reply-address-before-references": ["1 new", "2 new", "3 joins 1 by=reply-address"],
    "reply-address-of-a-list-member": [*ANSWERED, "2 joins 1 by=reply-address state=open queue=web"],
    # by a Message-ID that we have signed
    "in-reply-to-our-answer": [*ANSWERED, "2 joins 1 by=signed-message-id hits=answer queue=web"],
    "references-alone": [*ANSWERED, "2 joins 1 by=signed-message-id hits=answer"],
    "in-reply-to-the-automatic-answer": ["1 new", "2 joins 1 by=signed-message-id hits=automatic state=new"],
    "nearest-signed-id": ["1 new", "2 new", "3 joins 2 by=signed-message-id hits=automatic"],
    "in-reply-to-before-references": ["1 new", "2 new", "3 joins 1 by=signed-message-id hits=automatic"],
    "signed-id-among-foreign-ones": [*ANSWERED, "2 joins 1 by=signed-message-id hits=answer"],
    "signed-id-behind-many-others": [*ANSWERED, "2 joins 1 by=signed-message-id hits=answer"],
    "signed-id-from-a-stranger": [
        *ANSWERED,
        "2 joins 1 by=signed-message-id hits=answer asked=clara@user.example requester=anna@user.example",
    ],
    "signed-id-in-upper-case": [*ANSWERED, "2 joins 1 by=signed-message-id"],
    "signed-id-without-brackets": [*ANSWERED, "2 joins 1 by=signed-message-id hits=answer"],
    "signed-id-with-words": [*ANSWERED, "2 joins 1 by=signed-message-id hits=answer"],
    "signed-id-of-the-older-answer": [*ANSWERED, "line1 answers 1", "2 joins 1 by=signed-message-id hits=first"],
    "signed-id-forged": [*ANSWERED, "2 new flags=bad-token"],
    "signed-id-of-another-desk": ["1 new"],
    "signed-id-with-failed-authentication": [
        *ANSWERED,
        "2 joins 1 by=signed-message-id hits=answer auth=fail flags=sender-false",
    ],
    "signed-id-at-another-project": [*ANSWERED, "2 new project=games"],
    # by a Message-ID that somebody else has made
    "own-second-letter": ["1 new", "2 joins 1 by=message-id hits=1 state=new queue=inbox"],
    "own-third-letter-hits-the-second": ["1 new", "2 joins 1 by=message-id hits=1", "3 joins 1 by=message-id hits=2"],
    "nearest-of-two-own-tickets": ["1 new", "2 new", "3 joins 1 by=message-id hits=1"],
    "third-person-replies-to-their-copy": ["1 new", "2 new hint=1:foreign-message-id requester=clara@user.example"],
    "third-person-replies-to-our-answer": [*ANSWERED, "2 joins 1 by=reply-address asked=clara@user.example"],
    "stranger-with-a-known-message-id": [*ANSWERED, "2 new hint=1:foreign-message-id", "1 stays closed"],
    "forged-from-with-a-known-message-id": [
        *ANSWERED,
        "2 new auth=fail flags=sender-false hint=1:foreign-message-id",
        "1 stays closed",
    ],
    "proved-sender": ["1 new auth=pass flags=", "2 joins 1 by=message-id hits=1 auth=pass flags="],
    "sender-of-whom-nothing-is-known": ["1 new", "2 joins 1 by=message-id hits=1 flags=sender-not-verified"],
    "known-message-id-at-another-project": ["1 new", "2 new project=games"],
    "message-id-used-again-by-a-stranger": [
        "1 new",
        "2 new flags=same-message-id",
        "3 joins 1 by=message-id hits=1",
    ],
    "reference-to-nothing-we-know": ["1 new"],
    "reference-to-itself": ["1 new"],
    "sender-in-other-letters": ["1 new", "2 joins 1 by=message-id hits=1"],
    # by our address in the quoted text
    "quoted-address": [*ANSWERED, "2 joins 1 by=quoted-address queue=web"],
    "quoted-address-in-russian": [*ANSWERED, "2 joins 1 by=quoted-address"],
    "quoted-address-in-html": [*ANSWERED, "2 joins 1 by=quoted-address"],
    "quoted-address-from-a-stranger": [*ANSWERED, "2 joins 1 by=quoted-address asked=clara@user.example"],
    "quoted-address-forged": [*ANSWERED, "2 new"],
    "quoted-addresses-of-two-tickets": ["1 new", "2 new", "3 joins 2 by=quoted-address"],
    "quoted-address-with-failed-authentication": [
        *ANSWERED,
        "2 joins 1 by=quoted-address auth=fail flags=sender-false",
    ],
    "stranger-quotes-more-than-they-refer-to": [*ANSWERED, "2 joins 1 by=quoted-address asked=clara@user.example"],
    # by the number in the subject
    "number-in-subject": ["1 new", "2 joins 1 by=number-in-subject"],
    "number-in-groups": ["1 new", "2 joins 1 by=number-in-subject"],
    "number-in-brackets": ["1 new", "2 joins 1 by=number-in-subject"],
    "number-with-a-hash-in-dutch": ["1 new", "2 joins 1 by=number-in-subject"],
    "number-from-a-stranger": [*ANSWERED, "2 new hint=1:number-in-subject", "1 stays closed"],
    "number-with-failed-authentication": [
        *ANSWERED,
        "2 new auth=fail flags=sender-false hint=1:number-in-subject",
        "1 stays closed",
    ],
    "number-mistyped": ["1 new", "2 new"],
    "number-of-another-project": ["1 new", "2 new project=games"],
    "number-of-no-ticket": ["1 new"],
    "number-of-a-closed-ticket": [*ANSWERED, "2 joins 1 by=number-in-subject state=open queue=web"],
    "number-in-the-text-alone": ["1 new", "2 new"],
    "two-numbers-in-subject": ["1 new", "2 new", "3 joins 1 by=number-in-subject"],
    "two-numbers-from-a-stranger": ["1 new", "2 new", "3 new hint=2:number-in-subject,1:number-in-subject"],
    # where a follow-up goes (DESIGN 4.4)
    "return-to-the-second-line": [
        "1 new",
        "line1 moves 1 passwords",
        "passwords answers 1",
        "2 joins 1 by=reply-address queue=passwords state=open",
    ],
    "return-by-topic": [
        "1 new",
        "line1 topic 1 lost-password",
        "line1 answers 1",
        "2 joins 1 by=reply-address queue=passwords",
    ],
    "return-from-the-first-line": [*ANSWERED, "2 joins 1 by=reply-address queue=web"],
    "no-answer-yet": ["1 new", "line1 moves 1 abuse", "2 joins 1 by=reply-address queue=abuse state=new"],
    "moved-after-the-answer": [*ANSWERED, "lead moves 1 abuse", "2 joins 1 by=reply-address queue=abuse state=open"],
    "return-queue-with-an-heir": [*ANSWERED, "heir web mail-clients", "2 joins 1 by=reply-address queue=mail-clients"],
    "return-queue-gone": [*ANSWERED, "gone web", "2 joins 1 by=reply-address queue=inbox state=open"],
    "while-pending": ["1 new", "line1 pends 1", "2 joins 1 by=reply-address queue=web state=open"],
    "last-answer-counts": [
        *ANSWERED,
        "lead moves 1 abuse",
        "abuse answers 1",
        "2 joins 1 by=reply-address queue=abuse",
    ],
    "answered-from-another-queue-than-it-stands-in": [
        "1 new",
        "line1 moves 1 passwords",
        "passwords answers 1",
        "passwords moves 1 web",
        "2 joins 1 by=reply-address queue=web state=open",
    ],
    "came-back-twice": [
        *ANSWERED,
        "2 joins 1 by=reply-address queue=web state=open",
        "3 joins 1 by=reply-address queue=web state=open returns=1",
    ],
    "out-of-office": [*ANSWERED, "2 joins 1 by=reply-address state=closed queue=inbox"],
    "out-of-office-without-a-ticket": ["1 aside auto-reply"],
    # through several mailboxes, or several times
    "to-and-cc-in-one-delivery": ["1 new queue=inbox mailboxes=2"],
    "to-and-cc-in-two-deliveries": [
        "1 new via=support@mail.example",
        "2 again via=abuse@mail.example",
        "1 stays new mailboxes=2",
    ],
    "to-two-projects": ["1 new project=mail,games"],
    "reply-to-two-projects": ["1 new project=mail,games", "2 joins 1 by=reply-address project=mail,games"],
    "delivered-twice": ["1 new", "2 again via=abuse@mail.example"],
    "same-message-id-other-words": ["1 new", "2 new flags=same-message-id hint=1:same-requester"],
    "our-own-answer-comes-back": [*ANSWERED, "2 aside own-message via=abuse@mail.example", "1 stays closed"],
    "no-mailbox-of-ours": ["1 aside no-mailbox"],
    "web-form": [
        "form support@mail.example",
        "1 new requester=anna@user.example",
        "line1 answers 1",
        "2 joins 1 by=signed-message-id hits=answer",
    ],
    "reply-to-is-somebody-else": ["1 new requester=anna@user.example other=reply-to:boris@user.example"],
    # letters that somebody of the company passes on (MISSION I4)
    "forward-from-a-colleague": [COMPANY, f"1 new auth=pass flags= requester=anna@user.example {BY_IVO}"],
    "forward-in-dutch": [COMPANY, f"1 new auth=pass flags= requester=anna@user.example {BY_IVO}"],
    "forward-in-russian": [COMPANY, f"1 new auth=pass flags= requester=anna@user.example {BY_IVO}"],
    "forward-as-an-attachment": [COMPANY, f"1 new auth=pass flags= requester=anna@user.example {BY_IVO}"],
    "forward-not-proved": [COMPANY, f"1 new requester=ivo@company.example {FROM_ANNA}"],
    "forward-with-failed-authentication": [
        COMPANY,
        f"1 new auth=fail flags=sender-false requester=ivo@company.example {FROM_ANNA}",
    ],
    "forward-from-outside": [COMPANY, f"1 new auth=pass flags= requester=boris@user.example {FROM_ANNA}"],
    "forward-of-a-colleagues-letter": [COMPANY, "1 new auth=pass flags= requester=ivo@company.example"],
    "forward-made-the-authors-by-hand": [
        COMPANY,
        f"1 new requester=ivo@company.example {FROM_ANNA}",
        "line1 gives 1 anna@user.example",
        f"1 stays new requester=anna@user.example {BY_IVO}",
        "line1 gives 1 ivo@company.example",
        f"1 stays new requester=ivo@company.example {FROM_ANNA}",
    ],
    "forward-and-the-author-replies": [
        COMPANY,
        f"1 new auth=pass flags= requester=anna@user.example {BY_IVO}",
        "2 joins 1 by=reply-address requester=anna@user.example",
    ],
    "forward-and-the-colleague-asks": [
        COMPANY,
        f"1 new auth=pass flags= requester=anna@user.example {BY_IVO}",
        "2 joins 1 by=number-in-subject auth=pass flags= requester=anna@user.example",
    ],
    # after tickets were merged or a message was split off
    "reply-to-a-merged-ticket": ["1 new", "2 new", "lead merges 2 1", "3 joins 1 by=reply-address"],
    "number-of-a-merged-ticket": ["1 new", "2 new", "lead merges 2 1", "3 joins 1 by=number-in-subject"],
    "reply-to-a-letter-that-was-merged": ["1 new", "2 new", "lead merges 2 1", "3 joins 1 by=message-id hits=2"],
    "reply-after-a-merge-was-undone": [
        "1 new",
        "2 new",
        "lead merges 2 1",
        "lead unmerges 2",
        "3 joins 2 by=reply-address",
    ],
    "reply-to-what-was-split-off": [
        "1 new",
        "2 joins 1 by=reply-address",
        "lead splits 1 2",
        "3 joins 2 by=message-id hits=2",
    ],
    "reply-to-the-rest-after-a-split": [
        "1 new",
        "2 joins 1 by=reply-address",
        "lead splits 1 2",
        "3 joins 1 by=reply-address",
    ],
    "stranger-replies-to-what-was-split-off": [
        "1 new",
        "2 joins 1 by=reply-address",
        "lead splits 1 2",
        "3 new hint=2:foreign-message-id",
    ],
    # who claims to be one of us
    "agents-address-from-outside": [
        *ANSWERED,
        "2 joins 1 by=reply-address flags=claims-to-be-staff,sender-not-verified asked=line1@staff.example",
    ],
    "agents-address-proved": ["1 new auth=pass flags="],
    "own-mailbox-from-outside": ["1 new flags=claims-to-be-staff,sender-not-verified"],
}
