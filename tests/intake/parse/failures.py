"""Failures as mail servers tell them in words: (server, From, more header lines, subject, text, recipient, status,
action). Written by us after the servers' habits; names, hosts and addresses are made up."""

from __future__ import annotations

Row = tuple[str, str, str, str, str, str, str, str]

DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.mail.example>"
POSTMASTER = "postmaster@firm.example"
NULL = "Return-Path: <>"
NOTHING = "X-Priority: 3"
GONE = "gone@firm.example"
ORIGINAL = (
    "Received: from desk.example by mx.mail.example; Tue, 25 Nov 2025 10:00:00 +0300\n"
    "Message-ID: <answer.7@desk.example>\nFrom: support@desk.example\nTo: gone@firm.example\n"
    "Subject: Re: Cannot print\nDate: Tue, 25 Nov 2025 10:00:00 +0300\n\nHello Anna,\n"
)

FAILURES: list[Row] = [
    ("postfix", DAEMON, NULL, "Undelivered Mail Returned to Sender",
     "This is the mail system at host mx.mail.example.\n\nI'm sorry to have to inform you that your message could not\n"
     "be delivered to one or more recipients.\n\nFor further assistance, please send mail to postmaster.\n\n"
     "<gone@firm.example>: host mx.firm.example[192.0.2.7] said: 550 5.1.1\n    <gone@firm.example>: Recipient address "
     "rejected: User unknown (in reply to RCPT TO command)\n", GONE, "5.1.1", "failed"),
    ("postfix-lookup", DAEMON, NULL, "Undelivered Mail Returned to Sender",
     "<gone@firm.example>: Host or domain name not found. Name service error for\n    name=firm.example type=A\n",
     GONE, "5.1.2", "failed"),
    ("postfix-delay", DAEMON, NULL, "Delayed Mail (still being retried)",
     "# THIS IS A WARNING ONLY. YOU DO NOT NEED TO RESEND YOUR MESSAGE. #\n\n<gone@firm.example>: connect to "
     "mx.firm.example[192.0.2.7]:25: Connection timed out\n", GONE, "4.4.7", "delayed"),
    ("exim", DAEMON, "X-Failed-Recipients: gone@firm.example\nAuto-Submitted: auto-replied",
     "Mail delivery failed: returning message to sender",
     "A message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. "
     "The following address(es) failed:\n\n  gone@firm.example\n    host mx.firm.example [192.0.2.7]\n    SMTP error "
     "from remote mail server after RCPT TO:<gone@firm.example>:\n    550 No such user "
     "here\n", GONE, "5.1.1", "failed"),
    ("exim-no-header", DAEMON, NULL, "Mail delivery failed: returning message to sender",
     "The following address(es) failed:\n\n  gone@firm.example\n    Unrouteable address\n\n------ This is a copy of "
     "the "
     "message, including all the headers. ------\n\n" + ORIGINAL, GONE, "5.1.2", "failed"),
    ("exim-warning", DAEMON, NULL, "Warning: message 1kXyZ-0004Ab-7c delayed 24 hours",
     "A message that you sent has not yet been delivered to one or more of its\nrecipients after more than 24 "
     "hours.\n\n"
     "The address to which the message has not yet been delivered is:\n\n  gone@firm.example\n    Delay reason: "
     "Connection refused\n\nNo action is required on your part.\n", GONE, "4.4.1", "delayed"),
    ("qmail", "MAILER-DAEMON@mx.mail.example", NULL, "failure notice",
     "Hi. This is the qmail-send program at mx.mail.example.\nI'm afraid I wasn't able to deliver your message to the "
     "following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work "
     "out.\n\n<gone@firm.example>:\n"
     "192.0.2.7 does not like recipient.\nRemote host said: 550 sorry, no mailbox here by that name (#5.7.17)\n\n"
     "--- Below this line is a copy of the message.\n\n" + ORIGINAL, GONE, "5.7.17", "failed"),
    ("sendmail", "Mail Delivery Subsystem <MAILER-DAEMON@mx.mail.example>", NULL, "Returned mail: see transcript",
     "   ----- The following addresses had permanent fatal errors -----\n<gone@firm.example>\n    (reason: 552 "
     "5.2.2 Over "
     "quota)\n\n   ----- Transcript of session follows -----\n... while talking to mx.firm.example.:\n>>> DATA\n<<< "
     "552 "
     "5.2.2 Over quota\n", GONE, "5.2.2", "failed"),
    ("courier", "\"Courier mail server at mx\" <@mx.mail.example>", NULL, "NOTICE: mail delivery status.",
     "UNDELIVERABLE MAIL\n\nYour message to the following recipients cannot be delivered:\n\n<gone@firm.example>:\n    "
     "mx.firm.example [192.0.2.7]:\n<<< 550 User unknown.\n\nIf your message was also sent to additional recipients, "
     "their delivery\nstatus is not included in this report.\n", GONE, "5.1.1", "failed"),
    ("opensmtpd", "Mailer Daemon <MAILER-DAEMON@mx.mail.example>", NULL, "Delivery status notification: failed",
     "    Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY to this email.\n\n    An error has occurred while "
     "attempting to deliver a message for\n    the following list of recipients:\n\ngone@firm.example: 550 Invalid "
     "recipient\n\n    Below is a copy of the original message:\n\n" + ORIGINAL, GONE, "5.1.1", "failed"),
    ("haraka", "MAILER-DAEMON <MAILER-DAEMON>", NULL, "failure notice",
     "Hi. This is the Haraka Mailer program at mx.mail.example.\n\nI'm afraid I wasn't able to deliver your message to "
     "the following addresses.\n\nIntended Recipients: <gone@firm.example>\nFailure Reason: Some recipients failed: "
     "550 "
     "Mailbox full\n", GONE, "5.2.2", "failed"),
    ("communigate", "MAILER-DAEMON@mail.example", NULL, "Undeliverable mail: Re: Cannot print",
     "Failed to deliver to 'gone@firm.example'\nSMTP module(domain firm.example) reports:\n host mx.firm.example "
     "says:\n"
     " 550 5.1.1 unknown user\n", GONE, "5.1.1", "failed"),
    ("exchange-5.5", POSTMASTER, NOTHING, "Undeliverable: Re: Cannot print",
     "Your message\n\n  To:      Anna\n  Subject: Re: Cannot print\n  Sent:    Tue, 25 Nov 2025 10:00:00 "
     "+0300\n\ndid not "
     "reach the following recipient(s):\n\ngone@firm.example on Tue, 25 Nov 2025 10:00:05 +0300\n    The recipient "
     "name "
     "is not recognized\n", GONE, "5.1.1", "failed"),
    ("exchange-2003", "System Administrator <postmaster@firm.example>", NULL, "Undeliverable: Re: Cannot print",
     "Your message did not reach some or all of the intended recipients.\n\n      Subject:\tRe: Cannot print\n      "
     "Sent:"
     "\t11/25/2025 10:00 AM\n\nThe following recipient(s) could not be reached:\n\n      gone@firm.example on "
     "11/25/2025 "
     "10:00 AM\n            The e-mail account does not exist at the organization this message was sent to.\n       "
     "     "
     "<mx.firm.example #5.1.1>\n", GONE, "5.1.1", "failed"),
    ("exchange-2013-ru", POSTMASTER, NULL, "Недоставленное: Re: Не печатает",
     "Не удалось доставить сообщение следующим получателям или группам:\n\ngone@firm.example\n\nНе удалось найти "
     "указанный "
     "адрес электронной почты. Проверьте адрес.\n\nДиагностические сведения для администраторов:\n\nФормирующий "
     "сервер: "
     "ex1.firm.example\n\ngone@firm.example\n#550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found ##\n",
     GONE, "5.1.10", "failed"),
    ("exchange-2013-uk", POSTMASTER, NULL, "Не вдалося доставити: Re: Друк",
     "Не вдалося доставити повідомлення таким одержувачам або групам:\n\ngone@firm.example\n\nАдресу електронної "
     "пошти не "
     "знайдено.\n\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n", GONE, "5.1.1", "failed"),
    ("exchange-2013-nl", POSTMASTER, NULL, "Onbestelbaar: Re: Printer",
     "Het bericht kan niet worden bezorgd bij de volgende geadresseerden of groepen:\n\ngone@firm.example\n\nHet "
     "e-mailadres is niet gevonden.\n", GONE, "5.1.1", "failed"),
    ("exchange-2013-de", POSTMASTER, NULL, "Unzustellbar: Re: Drucker",
     "Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:\n\ngone@firm.example\n\nDas Postfach "
     "des "
     "Empfängers: Das Postfach ist voll.\n", GONE, "5.2.2", "failed"),
    ("exchange-2013-fr", POSTMASTER, NULL, "Non remis : Re: Imprimante",
     "Échec de la remise aux destinataires ou aux groupes suivants :\n\ngone@firm.example\n\nL'adresse de "
     "messagerie est "
     "introuvable.\n", GONE, "5.1.1", "failed"),
    ("office-365", "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@firm.example>", NULL,
     "Undeliverable: Re: Cannot print",
     "Your message to gone@firm.example couldn't be delivered.\n\ngone wasn't found at firm.example.\n\nStatus "
     "code: 550 "
     "5.1.10\n", GONE, "5.1.10", "failed"),
    ("gmail", "Mail Delivery Subsystem <mailer-daemon@googlemail.example>", NULL,
     "Delivery Status Notification (Failure)",
     "** Address not found **\n\nYour message wasn't delivered to gone@firm.example because the address couldn't be "
     "found, or is unable to receive mail.\n\nThe response from the remote server was:\n550 5.1.1 The email account "
     "that "
     "you tried to reach does not exist.\n", GONE, "5.1.1", "failed"),
    ("gmail-delay", "Mail Delivery Subsystem <mailer-daemon@googlemail.example>", NULL,
     "Delivery Status Notification (Delay)",
     "** Delivery incomplete **\n\nThere was a temporary problem delivering your message to gone@firm.example. "
     "Gmail will "
     "retry for 46 more hours.\n\nThe recipient server did not accept our requests to connect.\n",
     GONE, "4.4.1", "delayed"),
    ("yahoo", "MAILER-DAEMON@mail.example", NOTHING, "Failure Notice",
     "Sorry, we were unable to deliver your message to the following address.\n\n<gone@firm.example>:\n554: 5.7.1 "
     "Message "
     "blocked as spam\n\n--- Below this line is a copy of the message.\n\n" + ORIGINAL, GONE, "5.7.1", "failed"),
    ("yandex", "mailer-daemon@mail.example", NULL, "Недоставленное сообщение",
     "Это письмо отправлено почтовым сервером mail.example.\n\nК сожалению, мы вынуждены сообщить Вам о том, что Ваше "
     "письмо не может быть\nотправлено одному или нескольким адресатам. Технические подробности можно найти ниже.\n\n"
     "Пожалуйста, не отвечайте на это сообщение.\n\n<gone@firm.example>: host mx.firm.example[192.0.2.7] said: 550 "
     "Mailbox unavailable (in reply to RCPT TO command)\n", GONE, "5.1.1", "failed"),
    ("mailru", "mailer-daemon@corp.mail.example", "Auto-Submitted: auto-replied", "Ваше сообщение не доставлено",
     "Это письмо создано автоматически сервером, отвечать на него не нужно.\n\nК сожалению, Ваше письмо не может быть "
     "доставлено одному или нескольким получателям:\n\n  gone@firm.example\n    Почтовый ящик получателя переполнен\n",
     GONE, "5.2.2", "failed"),
    ("rambler", "postmaster@mail.example", NULL, "Возврат письма",
     "Ваше письмо не удалось доставить получателю gone@firm.example.\nПричина: пользователь не найден.\n",
     GONE, "5.1.1", "failed"),
    ("ru-provider-delay", "MAILER-DAEMON@mail.example", NULL, "Задержка доставки сообщения",
     "Письмо пока не доставлено следующим получателям:\n\n  gone@firm.example\n    сервер получателя "
     "недоступен\n\nПопытки "
     "доставки будут продолжены.\n", GONE, "4.4.1", "delayed"),
    ("gmx", "\"GMX Mailer Daemon\" <mailer-daemon@gmx.example>", NULL, "Mail delivery failed: returning message",
     "The following address failed:\n\ngone@firm.example:\nSMTP error from remote server for RCPT TO command, host: "
     "mx.firm.example (192.0.2.7) reason: 550 5.4.1 Recipient address rejected: Access denied\n\n--- The header of the "
     "original message is following. ---\n\n" + ORIGINAL, GONE, "5.4.1", "failed"),
    ("webde-de", "Mail-Zustellung <mailer-daemon@web.example>", NULL, "Zustellung fehlgeschlagen",
     "Ihre Nachricht konnte nicht zugestellt werden an:\n\n  gone@firm.example\n\nGrund: Empfänger unbekannt\n",
     GONE, "5.1.1", "failed"),
    ("domino", POSTMASTER, NULL, "DELIVERY FAILURE: User gone not listed in Domino Directory",
     "Your message\n\n  Subject: Re: Cannot print\n\nwas not delivered to:\n\n  gone@firm.example\n\nbecause:\n\n  "
     "User "
     "gone (gone@firm.example) not listed in Domino Directory\n", GONE, "5.1.1", "failed"),
    ("groupwise", POSTMASTER, NULL, "Message status - undeliverable",
     "The message that you sent was undeliverable to the following:\n\tgone@firm.example (user not found)\n\nPossibly "
     "truncated original message follows:\n\n" + ORIGINAL, GONE, "5.1.1", "failed"),
    ("lotus-notes-4", "NotesServer <postmaster@firm.example>", NOTHING, "Undeliverable message",
     "------- Failure Reasons --------\n\nUser not listed in public Name & Address Book\ngone@firm.example\n\n------- "
     "Returned Message --------\n\n" + ORIGINAL, GONE, "5.1.1", "failed"),
    ("surgemail", "Postmaster <postmaster@mail.example>", NULL, "Mail delivery failure",
     "Delivery failed to the following address: gone@firm.example\nReason: Remote host said: 552 Quota exceeded\n",
     GONE, "5.2.2", "failed"),
    ("aol", "Mail Delivery Subsystem <MAILER-DAEMON@aol.example>", NULL, "Mail Delivery Problem",
     "Your mail to the following recipients could not be delivered because they are not accepting mail from "
     "support@desk.example:\n\tgone@firm.example\n", GONE, "5.7.1", "failed"),
    ("kerio", POSTMASTER, NULL, "Delivery failed",
     "Delivery to the following recipient(s) failed:\n\ngone@firm.example\n  Message size exceeds the limit\n",
     GONE, "5.3.4", "failed"),
    ("mdaemon", "MDaemon@mail.example", NOTHING, "Permanent Delivery Failure",
     "The attached message had PERMANENT fatal delivery errors!\n\nThe following addresses did NOT receive a copy "
     "of your "
     "message:\n\n> gone@firm.example\n\n--- Session Transcript ---\n <-- 550 5.1.1 User unknown\n",
     GONE, "5.1.1", "failed"),
    ("hmailserver", "mailer-daemon@mail.example", NOTHING, "Message undeliverable: Re: Cannot print",
     "Your message did not reach some or all of the intended recipients.\n\n   Sent: Tue, 25 Nov 2025\n   Subject: Re: "
     "Cannot print\n\nThe following recipient(s) could not be reached:\n\ngone@firm.example\n   Error Type: SMTP\n   "
     "Remote server replied: 554 5.4.4 Unable to look up host\n", GONE, "5.4.4", "failed"),
    ("mailenable", POSTMASTER, NOTHING, "Message Delivery Failure",
     "MailEnable: Message could not be delivered to some recipients.\nThe following recipient(s) could not be "
     "reached:\n"
     "\n\tRecipient: [SMTP:gone@firm.example]\n\tReason: The message could not be delivered because the domain name "
     "(firm.example) does not appear to be registered: host not found.\n", GONE, "5.1.2", "failed"),
    ("iplanet", POSTMASTER, NULL, "Delivery Notification: Delivery has failed",
     "Your message cannot be delivered to the following recipients:\n\n  Recipient address: gone@firm.example\n  "
     "Reason: "
     "Remote SMTP server has rejected address\n  Diagnostic code: smtp;550 5.7.1 Relaying denied\n",
     GONE, "5.7.1", "failed"),
    ("interscan", "IMSS <imss@firm.example>", NULL, "Mail could not be delivered",
     "Sent <<< RCPT TO:<gone@firm.example>\nReceived >>> 550 5.1.1 unknown user\nUnable to deliver message to "
     "<gone@firm.example>.\n", GONE, "5.1.1", "failed"),
    ("barracuda", POSTMASTER, NULL, "**Message you sent blocked by our bulk email filter**",
     "Your message to: gone@firm.example\nwas blocked by our Spam Firewall. The email you sent with the following "
     "subject "
     "has NOT BEEN DELIVERED:\n\nSubject: Re: Cannot print\n", GONE, "5.7.1", "failed"),
    ("exchange-system-administrator", "System Administrator <sa@firm.example>", NOTHING, "Undeliverable: Re: Printer",
     "Your message did not reach some or all of the intended recipients.\n\n      Subject:\tRe: Printer\n\nThe "
     "following recipient(s) cannot be reached:\n\n      gone@firm.example on 11/25/2025\n            554 5.4.4 "
     "SMTPSEND.DNS.NonExistentDomain; nonexistent domain\n", GONE, "5.4.4", "failed"),
    ("qq", "PostMaster@mail.example", NULL, "系统退信",
     "很抱歉，您的邮件被退回：\n收件人邮件地址： gone@firm.example\n550 Mailbox not found\n", GONE, "5.1.1", "failed"),
    ("es", POSTMASTER, NULL, "No se puede entregar: Hola",
     "No se pudo entregar a los siguientes destinatarios o grupos:\n\ngone@firm.example\n\n#550 5.1.1 "
     "RESOLVER.ADR.RecipNotFound; not found ##\n", GONE, "5.1.1", "failed"),
    ("it", "MAILER-DAEMON@mail.example", NULL, "Mancato recapito",
     "Non è stato possibile consegnare il messaggio a:\n\ngone@firm.example\n\nCasella piena\n",
     GONE, "5.2.2", "failed"),
    ("pl", "MAILER-DAEMON@mail.example", NULL, "Zwrot poczty",
     "Nie można dostarczyć wiadomości do następujących adresatów:\n<gone@firm.example>: 550 Użytkownik nie istnieje\n",
     GONE, "5.1.1", "failed"),
    ("quota-nl", "Mailsysteem <mailer-daemon@provider.example>", NULL, "Bericht niet bezorgd",
     "Uw bericht kon niet worden afgeleverd bij:\n\n  gone@firm.example\n\nDe mailbox is "
     "vol.\n", GONE, "5.2.2", "failed"),
    ("provider-fr", "postmaster@fai.example", NULL, "Échec de livraison de votre message",
     "Votre message n'a pas pu être remis au destinataire suivant :\n\n  gone@firm.example\n\nCe destinataire est "
     "inconnu.\n", GONE, "5.1.1", "failed"),
    ("html-only-words", DAEMON, NULL, "Nachricht nicht zustellbar",
     "Leider konnte Ihre Nachricht an gone@firm.example nicht zugestellt werden.\nFehler: 450 4.2.2 Mailbox full\n",
     GONE, "4.2.2", "failed"),
]  # fmt: skip

# Letters about failures: somebody wants help.
ASKED: list[tuple[str, str, str, str]] = [
    ("pasted", "anna@firm.example", "Mail delivery problem",
     "Hello, when I write to gone@other.example I get: 550 5.1.1 User unknown. Please help. Anna"),
    ("pasted-report", "anna@firm.example", "Undelivered Mail Returned to Sender",
     "Hi, what does this mean?\n\n<gone@other.example>: host mx.other.example said: 550 5.1.1 User unknown\n"),
    ("passed-on", "anna@firm.example", "Fwd: Undelivered Mail Returned to Sender",
     "---------- Forwarded message ---------\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example>\nSubject: "
     "Undelivered "
     "Mail Returned to Sender\nTo: <anna@firm.example>\n\n<gone@other.example>: 550 5.1.1 User unknown\n"),
    ("answered", "anna@firm.example", "Re: Delivery failure",
     "It still fails: gone@other.example, 550 User unknown."),
    ("postmaster-person", "postmaster@firm.example", "Our mail to you is refused",
     "Dear colleagues, your server answers 550 5.7.1 to our mail from anna@firm.example. Please look."),
    ("admin-person", "admin@firm.example", "Mail failure since Monday",
     "Nobody gets mail since Monday. The log says: 451 temporary failure for gone@other.example."),
    ("ru", "anna@firm.example", "Ошибка доставки писем",
     "Добрый день! Письма на gone@other.example не доходят, ошибка 550 user unknown. Помогите."),
    ("ru-parcel", "anna@firm.example", "Ошибка доставки", "Курьер привёз не тот принтер, мой адрес anna@firm.example."),
    ("nl-parcel", "anna@firm.example", "Pakket niet bezorgd", "Het pakket is niet bezorgd, mail mij op "
     "anna@firm.example."),
    ("de-parcel", "anna@firm.example", "Paket nicht zugestellt", "Das Paket wurde nicht zugestellt. anna@firm.example"),
    ("fr-parcel", "anna@firm.example", "Colis non distribué", "Le colis n'a pas été remis. anna@firm.example"),
    ("courier", "noreply@parcels.example", "Delivery failed: parcel 77",
     "Your parcel could not be delivered to the following address:\n\nStation Road 7\nContact: anna@firm.example\n"),
    ("quota", "anna@firm.example", "Mailbox full", "My mailbox is full, please raise the quota of anna@firm.example."),
]  # fmt: skip
