"""Automatic answers as products of the world write them, in six languages and a few more: (who, header lines, subject,
text). Written by us after the products' habits; names and addresses are made up."""

from __future__ import annotations

Row = tuple[str, str, str, str]

EXCHANGE = (
    "X-Auto-Response-Suppress: All\nAuto-Submitted: auto-generated\nX-MS-Exchange-Inbox-Rules-Loop: a@firm.example"
)
VACATION = "Auto-Submitted: auto-replied (vacation)\nPrecedence: bulk"
GMAIL = "Precedence: bulk\nX-Autoreply: yes\nAuto-Submitted: auto-replied"
NOTHING = "X-Priority: 3"

ENGLISH: list[Row] = [
    ("number-between", NOTHING, "[Request received] Help",
     "Your request (12345) has been received. This is an automatically generated email."),
    ("exchange-en", EXCHANGE, "Automatic reply: Cannot print", "I am out of the office until Monday."),
    ("exchange-en-no-headers", NOTHING, "Automatic reply: Cannot print", "I am out of the office."),
    ("outlook-2007", "X-MimeOLE: Produced By Microsoft Exchange V6.5", "Out of Office: Invoice 12", "Back on 3 June."),
    ("exchange-2003", NOTHING, "Out of Office AutoReply: Invoice 12", "I will be back on 3 June."),
    ("gmail-en", GMAIL, "Out of office Re: Invoice 12", "Hello, I am away until 3 June."),
    ("gmail-en-subject-only", NOTHING, "Auto-reply: Re: Invoice 12", "Hello, I am away until 3 June."),
    ("unix-vacation", VACATION, "Re: Invoice 12", "I am away. Your message was delivered."),
    ("sieve-dovecot", "Auto-Submitted: auto-replied (vacation)", "Auto: Invoice 12", "I am on leave."),
    ("cyrus-sieve", "Auto-Submitted: auto-replied (vacation)\nX-Sieve: CMU Sieve 3.0", "Re: Invoice", "Away."),
    ("notes-en", "X-Mailer: Lotus Notes", "AUTO: Anna Meyer is out of the office (returning 05/12/2025)", "I am out."),
    ("notes-en-2", NOTHING, "AUTO: Peter Smith is out of the office. (returning Tue 05/12/2025)", "Note: delayed."),
    ("groupwise", "X-Mailer: Novell GroupWise Vacation Rule", "Re: Invoice 12", "I am on vacation until May."),
    ("zimbra", "Precedence: bulk\nAuto-Submitted: auto-replied (zimbra; vacation)", "Re: Invoice", "I am away."),
    ("cpanel", "X-Autorespond: Invoice 12\nPrecedence: auto_reply", "Autoreply: Invoice 12", "Thank you."),
    ("plesk", "Auto-Submitted: auto-replied\nX-Auto-Response: yes", "Auto: Invoice", "Thank you for your message."),
    ("courier", "X-Mailer: reformail autoreply\nPrecedence: junk", "Re: Invoice", "On holiday."),
    ("kerio", "X-Autoreply: yes", "Re: Invoice", "I am out of the office till Friday."),
    ("mdaemon", "X-MDaemon-Deliver-To: a@b.example\nPrecedence: junk", "RE: Invoice", "I am not here this week."),
    ("icloud", "Auto-Submitted: auto-replied", "Re: Invoice", "I'm away on holiday."),
    ("yahoo-vacation", "X-Autoreply: yes\nPrecedence: junk", "Yahoo! Auto Response", "I am away."),
    ("fastmail", "Auto-Submitted: auto-replied\nX-Resolved-To: a@b.example", "Re: Invoice", "Away till Friday."),
    ("protonmail", "Auto-Submitted: auto-replied", "Auto: Invoice", "I'm out of the office until Monday."),
    ("freshdesk-ack", "X-Auto-Response-Suppress: All\nAuto-Submitted: auto-generated", "Ticket Received - "
     "Invoice", "Hi."),
    ("zendesk-ack", "X-Zendesk-From-Account-Id: 1\nAuto-Submitted: auto-generated", "[Request received] "
     "Invoice", "Ok."),
    ("jira-ack", "X-JIRA-FingerPrint: 1\nPrecedence: bulk\nAuto-Submitted: auto-generated", "[JIRA] ABC-1", "Created."),
    ("otrs-ack", "X-Powered-By: OTRS\nPrecedence: bulk\nAuto-Submitted: auto-generated", "[Ticket#1] RE: Inv", "Hi."),
    ("freshservice", "X-FC-MachineGenerated: true", "Re: Invoice", "Your ticket has been created."),
    ("hubspot-words", NOTHING, "Thank you for contacting Firm", "Thank you for contacting us. This is an automated "
     "message, we will be back to you within two days. Please do not reply."),
    ("ack-words", NOTHING, "Re: Invoice 12", "We have received your e-mail and shall answer soon.\n"
     "This mailbox is not monitored, please do not reply."),
    ("said-so", NOTHING, "Re: Invoice 12", "This is an automatic reply.\n\nI read my mail on Fridays."),
    ("said-so-starred", NOTHING, "Re: Invoice 12", "*** This is an automated response ***\n\nWe shall write to you."),
    ("vacation-words", NOTHING, "Annual leave Re: Invoice", "I am on annual leave until 3 June. For urgent matters "
     "please contact Peter."),
    ("away-words", NOTHING, "Out of the office until 3 June", "I am out of the office with limited access to email."),
    ("maternity", NOTHING, "Maternity leave", "I am on maternity leave. Please contact my colleague Eva Long."),
    ("left-firm", NOTHING, "Peter Smith is no longer with Firm", "Peter Smith no longer works here, he is no longer "
     "with us. Please contact sales@firm.example."),
    ("bracketed", NOTHING, "[Auto-Reply] Invoice 12", "Thank you."),
    ("bracketed-2", NOTHING, "(Out of Office) Invoice 12", "Thank you."),
    ("null-sender", "Return-Path: <>", "Re: Invoice 12", "I'm on holiday."),
    ("mdn-subject-en", NOTHING, "Read: Invoice 12", "Your message\n\n  To: Anna\n  Subject: Invoice 12\n\n"
     "was read on 3 June 2025 10:00."),
    ("not-read-en", NOTHING, "Not read: Invoice 12", "Your message\n  To: Anna\nwas deleted without being read."),
    ("notes-receipt", NOTHING, "Return Receipt (displayed) - Invoice", "This is a receipt for the mail you sent. "
     "This receipt verifies that the message has been displayed."),
    ("exchange-delivered", NOTHING, "Delivered: Invoice 12", "Your message has been delivered to the following "
     "recipients:\n\nanna@firm.example"),
]  # fmt: skip

RUSSIAN: list[Row] = [
    ("exchange-ru", EXCHANGE, "Автоматический ответ: Не печатает", "Я в отпуске до понедельника."),
    ("exchange-ru-no-headers", NOTHING, "Автоматический ответ: Не печатает", "Я в отпуске."),
    ("yandex", "Auto-Submitted: auto-replied\nX-Yandex-Forward: 1", "Re: Не печатает", "Я в отпуске."),
    ("yandex-subject", NOTHING, "Автоответ: Не печатает", "Буду 3 июня."),
    ("mailru", "X-Autoreply: Yes\nAuto-Submitted: auto-replied", "Re: Не печатает", "Нахожусь в отпуске."),
    ("mailru-subject", NOTHING, "Автоответчик: Re: Не печатает", "Нахожусь в отпуске."),
    ("rambler", "Precedence: auto_reply", "Re: Не печатает", "В командировке."),
    ("communigate", "X-Autoreply: yes\nX-Mailer: CommuniGate Pro", "Re: Не печатает", "Меня нет."),
    ("thebat", "X-Mailer: The Bat! autoreply filter", "Re: Не печатает", "Письмо получено."),
    ("ru-vacation-words", NOTHING, "Отпуск до 12 мая Re: Счёт", "Добрый день! Я в отпуске до 12 мая. По срочным "
     "вопросам "
     "обращайтесь к Петру Иванову."),
    ("ru-away-words", NOTHING, "Отсутствую на рабочем месте", "Здравствуйте. Буду отсутствовать с 3 по 7 июня, отвечу "
     "по возвращении."),
    ("ru-sick", NOTHING, "На больничном", "Я на больничном. В срочных случаях пишите на help@firm.example."),
    ("ru-trip", NOTHING, "Re: Счёт (в командировке)", "Нахожусь в командировке, доступ к почте ограничен. Отвечу "
     "позже."),
    ("ru-decree", NOTHING, "Декретный отпуск", "Я в декретном отпуске, по всем вопросам пишите Ольге."),
    ("ru-left", NOTHING, "Сотрудник уволился", "Анна больше не работает в компании. Обращайтесь к Ивану."),
    ("ru-says-so", NOTHING, "Re: Счёт", "Это автоматический ответ.\n\nВаше письмо будет прочитано в понедельник."),
    ("ru-says-so-2", NOTHING, "Ваше письмо", "Здравствуйте!\nДанный ответ сформирован автоматически."),
    ("ru-ack", NOTHING, "Обращение № 4411 зарегистрировано", "Ваше обращение зарегистрировано. Это письмо сформировано "
     "автоматически, отвечать на него не нужно."),
    ("ru-ack-2", NOTHING, "Re: Счёт", "Мы получили ваше письмо и ответим в течение дня. Пожалуйста, не отвечайте на "
     "это "
     "письмо."),
    ("ru-thanks", NOTHING, "Спасибо за обращение", "Благодарим за обращение в банк! Сообщение отправлено "
     "автоматически."),
    ("bitrix", "Auto-Submitted: auto-replied\nX-Bitrix-Posting: 1", "Ваше сообщение получено", "Спасибо."),
    ("1c", "Precedence: auto-reply", "Re: Счёт", "Заявка принята."),
    ("ru-notes", NOTHING, "AUTO: Анна Петрова отсутствует на рабочем месте (возвращение 12.05.2025)", "Буду позже."),
    ("ru-read", NOTHING, "Прочитано: Счёт", "Ваше сообщение\n   Кому: Анна\n   Тема: Счёт\nбыло прочитано 3 июня "
     "2025 г."),
    ("ru-not-read", NOTHING, "Не прочитано: Счёт", "Сообщение для Анны удалено без прочтения 3 июня."),
    ("ru-delivered", NOTHING, "Доставлено: Счёт", "Ваше сообщение доставлено следующим "
     "получателям:\nanna@firm.example"),
    ("ru-receipt", NOTHING, "Уведомление о прочтении: Счёт", "Это уведомление о прочтении письма, отправленного вами."),
    ("ru-absence", NOTHING, "Уведомление об отсутствии: Счёт", "Меня нет."),
]  # fmt: skip

UKRAINIAN: list[Row] = [
    ("exchange-uk", EXCHANGE, "Автоматична відповідь: Рахунок", "Я у відпустці."),
    ("exchange-uk-no-headers", NOTHING, "Автоматична відповідь: Рахунок", "Я у відпустці."),
    ("ukrnet", "Auto-Submitted: auto-replied", "Re: Рахунок", "Мене не буде до понеділка."),
    ("uk-short", NOTHING, "Автовідповідь: Рахунок", "Дякую за лист."),
    ("uk-vacation-words", NOTHING, "Відпустка", "Я у відпустці до 12 травня. З термінових питань звертайтеся до "
     "Петра."),
    ("uk-away-words", NOTHING, "Re: Рахунок (відсутній)", "Буду відсутній до 12 травня, відповім після повернення."),
    ("uk-sick", NOTHING, "На лікарняному", "Я на лікарняному. Зверніться до Ольги."),
    ("uk-says-so", NOTHING, "Re: Рахунок", "Це автоматична відповідь. Ваш лист прочитають завтра."),
    ("uk-ack", NOTHING, "Звернення 77", "Ваше звернення зареєстровано. Лист сформовано автоматично."),
    ("uk-ack-2", NOTHING, "Re: Рахунок", "Ми отримали ваш лист. Будь ласка, не відповідайте на нього."),
    ("uk-read", NOTHING, "Прочитано: Рахунок", "Ваше повідомлення було прочитано 3 червня."),
    ("uk-receipt", NOTHING, "Сповіщення про прочитання", "Повідомлення для Анни було прочитано."),
    ("uk-absence", NOTHING, "Повідомлення про відсутність: Рахунок", "Немає на місці."),
]  # fmt: skip

DUTCH: list[Row] = [
    ("exchange-nl", EXCHANGE, "Automatisch antwoord: Factuur", "Ik ben met vakantie."),
    ("exchange-nl-no-headers", NOTHING, "Automatisch antwoord: Factuur", "Ik ben met vakantie."),
    ("outlook-nl-old", NOTHING, "Afwezig: Factuur", "Ik ben terug op 3 juni."),
    ("nl-absence", NOTHING, "Afwezigheidsbericht: Factuur", "Ik ben er niet."),
    ("nl-absence-2", NOTHING, "Afwezigheidsmelding", "Ik ben er niet."),
    ("nl-office", NOTHING, "Niet op kantoor: Factuur", "Morgen weer."),
    ("xs4all", "Auto-Submitted: auto-replied\nPrecedence: bulk", "Re: Factuur", "Ik ben er even niet."),
    ("nl-vacation-words", NOTHING, "Vakantie", "Beste lezer, ik ben op vakantie tot 3 juni. Voor dringende zaken "
     "kunt u "
     "contact opnemen met Jan."),
    ("nl-away-words", NOTHING, "Re: Factuur - afwezig tot maandag", "Ik ben afwezig. Na terugkomst zal ik uw "
     "bericht lezen."),
    ("nl-leave", NOTHING, "Zwangerschapsverlof", "Ik ben met verlof. Neem contact op met mijn collega Eva."),
    ("nl-sick", NOTHING, "Ziek", "Ik ben ziek en niet bereikbaar. Bij dringende vragen: help@firma.example"),
    ("nl-says-so", NOTHING, "Re: Factuur", "Dit is een automatisch gegenereerd antwoord.\nWij lezen uw bericht "
     "spoedig."),
    ("nl-ack", NOTHING, "Uw vraag", "Wij hebben uw bericht ontvangen. Dit is een automatische bevestiging."),
    ("nl-ack-2", NOTHING, "Ontvangstbevestiging", "Bedankt voor uw mail. U hoeft dit bericht niet te beantwoorden. "
     "Dit bericht is automatisch verzonden."),
    ("nl-read", NOTHING, "Gelezen: Factuur", "Uw bericht aan Jan is gelezen op 3 juni 2025 10:00."),
    ("nl-not-read", NOTHING, "Niet gelezen: Factuur", "Uw bericht is verwijderd zonder te zijn gelezen."),
    ("nl-receipt", NOTHING, "Leesbevestiging: Factuur", "Dit is een ontvangstbevestiging voor het bericht aan Jan."),
    ("nl-notes", NOTHING, "AUTO: Jan de Vries is afwezig (terug op 12-05-2025)", "Tot dan."),
]  # fmt: skip

GERMAN: list[Row] = [
    ("exchange-de", EXCHANGE, "Automatische Antwort: Rechnung", "Ich bin im Urlaub."),
    ("exchange-de-no-headers", NOTHING, "Automatische Antwort: Rechnung", "Ich bin im Urlaub."),
    ("outlook-de-old", NOTHING, "Abwesenheitsnotiz: Rechnung", "Ich bin ab 3. Juni wieder da."),
    ("gmx", "Auto-Submitted: auto-replied\nX-UI-Out-Filterresults: notjunk:1", "Abwesenheitsnotiz", "Ich bin weg."),
    ("webde", "Precedence: auto_reply", "Re: Rechnung", "Bin im Urlaub."),
    ("t-online", "X-Autoreply-From: a@t.example", "Abwesenheitsmeldung", "Bin nicht da."),
    ("de-house", NOTHING, "Außer Haus: Rechnung", "Ab Montag wieder."),
    ("de-vacation-words", NOTHING, "Urlaub bis 12. Mai", "Guten Tag, ich bin im Urlaub. In dringenden Fällen wenden "
     "Sie "
     "sich an Herrn Lang."),
    ("de-away-words", NOTHING, "Re: Rechnung - Abwesenheit", "Ich bin bis zum 12. Mai nicht im Büro. Ihre Nachricht "
     "wird "
     "nicht weitergeleitet."),
    ("de-parental", NOTHING, "Elternzeit", "Ich bin in Elternzeit. Meine Vertretung ist Frau Kurz."),
    ("de-sick", NOTHING, "Krank", "Leider bin ich nicht erreichbar. Meine Kollegin hilft Ihnen in dringenden Fällen."),
    ("de-says-so", NOTHING, "Re: Rechnung", "Dies ist eine automatische Antwort.\nIch lese Ihre Nachricht morgen."),
    ("de-ack", NOTHING, "Ihre Anfrage [77]", "Vielen Dank für Ihre Anfrage. Diese Nachricht wurde automatisch "
     "erstellt."),
    ("de-ack-2", NOTHING, "Re: Rechnung", "Wir haben Ihre Nachricht erhalten. Bitte nicht antworten."),
    ("de-notes", NOTHING, "AUTO: Anna Meyer ist außer Haus (Rückkehr am 12.05.2025)", "Bis dann."),
    ("de-read", NOTHING, "Gelesen: Rechnung", "Ihre Nachricht an Anna wurde am 03.06.2025 gelesen."),
    ("de-not-read", NOTHING, "Nicht gelesen: Rechnung", "Ihre Nachricht wurde ungelesen gelöscht."),
    ("de-receipt", NOTHING, "Lesebestätigung: Rechnung", "Diese Lesebestätigung für die Nachricht an Anna sagt nur, "
     "dass "
     "sie auf dem Computer des Empfängers angezeigt wurde."),
]  # fmt: skip

FRENCH: list[Row] = [
    ("exchange-fr", EXCHANGE, "Réponse automatique : Facture", "Je suis en congé."),
    ("exchange-fr-no-headers", NOTHING, "Réponse automatique : Facture", "Je suis en congé."),
    ("outlook-fr-old", NOTHING, "Absence du bureau : Facture", "Je serai de retour le 3 juin."),
    ("orange", "Auto-Submitted: auto-replied", "Message d'absence", "Je suis absent."),
    ("laposte", "Precedence: auto_reply", "Re: Facture", "Je suis absent."),
    ("fr-typographic", NOTHING, "Message d’absence : Facture", "Je suis absent."),
    ("fr-holiday-words", NOTHING, "En congés jusqu'au 12 mai", "Bonjour, je suis en congé jusqu'au 12 mai. En cas "
     "d'urgence, contactez Paul."),
    ("fr-away-words", NOTHING, "Absence", "Je suis absent du bureau et vous répondrai à mon retour."),
    ("fr-sick", NOTHING, "Arrêt maladie", "Je suis en arrêt maladie. Merci de contacter mon collègue."),
    ("fr-closed", NOTHING, "Fermeture annuelle", "Nos bureaux sont fermés. Nous répondrons dans les meilleurs délais."),
    ("fr-says-so", NOTHING, "Re: Facture", "Ceci est une réponse automatique.\nVotre message sera lu lundi."),
    ("fr-ack", NOTHING, "Votre demande", "Nous avons bien reçu votre demande. Ceci est un message automatique, "
     "merci de "
     "ne pas répondre."),
    ("fr-ack-2", NOTHING, "Accusé de réception", "Votre message a bien été transmis. Réponse envoyée automatiquement."),
    ("fr-read", NOTHING, "Lu : Facture", "Votre message à Paul a été lu le 3 juin 2025."),
    ("fr-not-read", NOTHING, "Non lu : Facture", "Votre message a été supprimé sans être lu."),
    ("fr-receipt", NOTHING, "Accusé de lecture : Facture", "Votre message à Paul a été affiché le 3 juin."),
    ("fr-notes", NOTHING, "AUTO : Paul Petit est absent(e) du bureau (retour le 12/05/2025)", "À bientôt."),
]  # fmt: skip

ROBOTS = [*ENGLISH, *RUSSIAN, *UKRAINIAN, *DUTCH, *GERMAN, *FRENCH]

# Letters of people that look alike and want an answer.
PEOPLE: list[Row] = [
    ("how-to", NOTHING, "How do I set up an automatic reply?", "I go on holiday on Monday and want one."),
    ("reply-to-ours", NOTHING, "Re: Automatic reply: Cannot print", "Thanks, but it still does not print."),
    ("out-of-order", NOTHING, "Out of office supplies", "We need paper and pens in room 12."),
    ("colleague-away", NOTHING, "Anna is out of the office", "Who can approve my request instead of her?"),
    ("vacation-request", NOTHING, "Vacation request not approved", "I asked for leave last week and nobody approved "
     "it."),
    ("vacation-plan", NOTHING, "Vacation", "I want to go on vacation in May, how many days have I got left?"),
    ("read-this", NOTHING, "Read: access to folder denied", "I cannot open the folder Sales. Please give me access."),
    ("delivered-printer", NOTHING, "Delivered: printer, but cable missing", "The printer came without its cable."),
    ("absence-form", NOTHING, "Absence form", "The absence form shows an error 500 when I press Save."),
    ("auto-insurance", NOTHING, "Auto: insurance", "Please send me the insurance papers of the car."),
    ("autoreply-broken", NOTHING, "Automatic reply does not work", "Customers get no automatic reply since Monday."),
    ("about-receipt", NOTHING, "Read receipts", "Please switch off read receipts for our department."),
    ("quotes-robot", NOTHING, "Strange mails", "A customer sent us: This is an automatic reply. What should we do?"),
    ("thanks-ordinary", NOTHING, "Thank you", "Thank you for your message, the printer works again."),
    ("moved-away", NOTHING, "Away team login", "The login page of the away team does not open."),
    ("holiday-calendar", NOTHING, "Holiday calendar", "The holiday calendar misses 9 May."),
    ("leave-portal", NOTHING, "Annual leave portal", "I cannot log in to the annual leave portal."),
    ("auto-submitted-no", "Auto-Submitted: no", "Printer", "It does not print."),
    ("suppress-only", "X-Auto-Response-Suppress: All", "Printer", "It does not print."),
    ("autoreply-no", "X-Autoreply: no", "Printer", "It does not print."),
    ("precedence-normal", "Precedence: first-class", "Printer", "It does not print."),
    ("exchange-redirect", "X-MS-Exchange-Inbox-Rules-Loop: a@firm.example", "Printer", "It does not print."),
    ("web-form", NOTHING, "New request from the site", "Name: Anna\nText: it does not print.\nThis message was sent "
     "automatically by the form."),
    ("monitoring", NOTHING, "Disk 91 % full", "This is an automated message from the monitoring: disk 91 % full."),
    ("ru-autoreply-broken", NOTHING, "Автоответчик не работает", "С понедельника клиенты не получают автоответ."),
    ("ru-how-to", NOTHING, "Как включить автоматический ответ?", "Ухожу в отпуск, хочу включить автоответ."),
    ("ru-vacation", NOTHING, "Отпуск", "Как оформить отпуск с 12 мая?"),
    ("ru-vacation-2", NOTHING, "Отпуск: заявка не согласуется", "Заявка на отпуск висит третий день."),
    ("ru-sick", NOTHING, "Больничный лист не загружается", "При загрузке больничного ошибка 500."),
    ("ru-trip", NOTHING, "Командировка в Минск", "Прошу оформить билеты на 3 июня."),
    ("ru-outside", NOTHING, "Вне офиса: VPN не подключается", "Работаю из дома, VPN не подключается."),
    ("ru-no-net", NOTHING, "Нет в офисе интернета", "С утра нет сети в комнате 12."),
    ("ru-read", NOTHING, "Прочитано: письмо не открывается", "Отметил письмо прочитанным, теперь оно не открывается."),
    ("ru-delivered", NOTHING, "Доставлено: не тот товар", "Вместо принтера привезли сканер."),
    ("ru-form", NOTHING, "Заявка с сайта", "Имя: Анна\nТекст: не печатает\nПисьмо сформировано автоматически."),
    ("ru-re", NOTHING, "Re: Автоматический ответ: Не печатает", "Спасибо, но всё ещё не печатает."),
    ("ru-not-working", NOTHING, "Принтер не работает", "Обратите внимание: принтер не работает второй день."),
    ("uk-vacation", NOTHING, "Відпустка", "Як оформити відпустку з 12 травня?"),
    ("uk-autoreply", NOTHING, "Автовідповідь не вмикається", "Не можу ввімкнути автовідповідь."),
    ("uk-absent", NOTHING, "Відсутній доступ", "Відсутній доступ до папки Звіти."),
    ("uk-form", NOTHING, "Запит із сайту", "Ім'я: Ганна\nЛист надіслано автоматично формою."),
    ("nl-vacation", NOTHING, "Vakantie aanvragen", "Hoe vraag ik vakantie aan in het nieuwe systeem?"),
    ("nl-absent", NOTHING, "Afwezigheid registreren", "De knop om afwezigheid te registreren doet niets."),
    ("nl-auto", NOTHING, "Automatisch antwoord instellen", "Hoe stel ik een automatisch antwoord in?"),
    ("nl-sick", NOTHING, "Ziekmelding lukt niet", "Ik kan mij niet ziek melden in het portaal."),
    ("nl-read", NOTHING, "Gelezen: handleiding, vraag over stap 3", "Stap 3 van de handleiding klopt niet."),
    ("de-vacation", NOTHING, "Urlaubsantrag", "Mein Urlaubsantrag für Mai wird nicht angezeigt."),
    ("de-absence", NOTHING, "Abwesenheit: Frage zum Formular", "Wo trage ich meine Abwesenheit ein?"),
    ("de-auto", NOTHING, "Automatische Antwort einrichten", "Wie richte ich eine automatische Antwort ein?"),
    ("de-car", NOTHING, "Auto: Reparatur", "Bitte lassen Sie den Dienstwagen reparieren."),
    ("de-not-reachable", NOTHING, "Server nicht erreichbar", "Der Server ist seit heute nicht erreichbar."),
    ("de-read", NOTHING, "Gelesen: Anleitung, Frage zu Schritt 3", "Schritt 3 der Anleitung stimmt nicht."),
    ("fr-leave", NOTHING, "Congés", "Combien de jours de congé me reste-t-il ?"),
    ("fr-absence", NOTHING, "Absence : justificatif refusé", "Mon justificatif d'absence est refusé par le portail."),
    ("fr-auto", NOTHING, "Réponse automatique impossible à activer", "Je ne peux pas activer la réponse automatique."),
    ("fr-read", NOTHING, "Lu et approuvé : contrat", "Je vous renvoie le contrat signé."),
    ("fr-down", NOTHING, "Serveur indisponible", "Le serveur est indisponible depuis ce matin."),
    ("fr-form", NOTHING, "Demande depuis le site", "Nom : Anne\nCe message est envoyé automatiquement par le "
     "formulaire."),
    ("automatic payment 7", NOTHING, "Payment",
     "Thank you for your message. I did not get the confirmation of the automatic payment."),
    ("automatic payment 1", NOTHING, "Automatic renewal",
     "Please switch off the automatic renewal. Thank you for your message of yesterday."),
    ("automatic payment 2", NOTHING, "Automatische Verlängerung",
     "Vielen Dank für Ihre Nachricht. Bitte stellen Sie die automatische Verlängerung ab."),
    ("automatic payment 3", NOTHING, "Renouvellement automatique",
     "Merci pour votre réponse. Je souhaite désactiver le renouvellement automatique."),
    ("automatic payment 4", NOTHING, "Автоматическое продление",
     "Спасибо за обращение ко мне. Отключите автоматическое продление домена."),
    ("automatic payment 5", NOTHING, "Автоматичне продовження",
     "Дякуємо за звернення до нас. Вимкніть автоматичне продовження домену."),
    ("automatic payment 6", NOTHING, "Automatische incasso",
     "Bedankt voor uw bericht. Kunt u de automatische incasso stopzetten?"),
]  # fmt: skip
