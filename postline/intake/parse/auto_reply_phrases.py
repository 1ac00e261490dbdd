"""The words of automatic answers in six languages, in small letters (ʼ and ’ written as ')."""

from __future__ import annotations

# What a robot writes in front of the subject that it answers, or alone. People write about such words too (“Automatic
# reply cannot be switched off”, “Автоответчик не работает”), so a colon, a bracket, a dash or the end must follow.
SUBJECTS = (
    "automatic reply", "automatic response", "automatic answer", "automated reply", "automated response",
    "auto reply", "auto-reply", "autoreply", "auto response", "auto-response", "autoresponse", "auto answer",
    "autoresponder", "auto-responder", "auto responder", "auto-re", "auto re", "automatic email reply",
    "automatic e-mail reply", "vacation reply", "vacation response", "vacation message", "vacation notice",
    "vacation auto-reply", "vacation autoreply", "out of office", "out of the office", "out-of-office",
    "out of office reply", "out of office response", "out of office autoreply", "out of office auto-reply",
    "out of office auto reply", "out of office automatic reply", "out of office message", "out of office notification",
    "out of office notice", "out of office assistant", "out-of-office reply", "out of the office reply",
    "i am out of office", "i am out of the office", "i'm out of office", "i'm out of the office",
    "currently out of office", "currently out of the office", "i am currently out of the office", "ooo", "ooo reply",
    "away from office", "away from the office", "away from my desk", "away from my mail", "absence notification",
    "автоответ", "авто-ответ", "автоматический ответ", "автоответчик", "автоматическое сообщение об отсутствии",
    "автоматическое уведомление об отсутствии", "уведомление об отсутствии", "сообщение об отсутствии",
    "автовідповідь", "авто-відповідь", "автоматична відповідь", "автовідповідач", "повідомлення про відсутність",
    "сповіщення про відсутність",
    "automatisch antwoord", "automatische beantwoording", "automatisch gegenereerd antwoord", "automatische reactie",
    "auto-antwoord", "autoantwoord", "afwezig", "afwezigheidsbericht", "afwezigheidsmelding", "afwezigheid melding",
    "afwezigheidsassistent", "bericht van afwezigheid", "niet op kantoor", "niet aanwezig",
    "automatische antwort", "automatische antwort-e-mail", "automatische rückmeldung", "automatisierte antwort",
    "auto-antwort", "autoantwort", "autom. antwort", "abwesenheitsnotiz", "abwesenheitsmeldung",
    "abwesenheitsnachricht", "abwesenheitsassistent", "abwesenheitsbenachrichtigung", "abwesenheitsinfo",
    "abwesenheitsagent", "ich bin außer haus", "ich bin nicht im büro", "außer haus",
    "réponse automatique", "reponse automatique", "répondeur automatique", "réponse automatisée",
    "message d'absence", "message automatique d'absence", "notification d'absence", "avis d'absence",
    "absence du bureau", "absent du bureau", "absente du bureau", "absent(e) du bureau", "je suis absent du bureau",
    "respuesta automática", "respuesta automatica", "fuera de la oficina", "fuera de oficina", "risposta automatica",
    "fuori sede", "fuori ufficio", "resposta automática", "odpowiedź automatyczna", "automatyczna odpowiedź",
    "autosvar", "automatiskt svar", "automatisk svar", "automaattinen vastaus", "自动回复", "自動応答",
)  # fmt: skip

# Lotus Notes: “AUTO: Anna Meyer is out of the office (returning 05/12/2025)”.
NOTES_SUBJECTS = (
    "out of the office", "out of office", "out of town", "on vacation", "returning", "отсутств", "вне офиса",
    "в отпуске", "відсутн", "у відпустці", "afwezig", "niet aanwezig", "terug op", "abwesend", "außer haus",
    "ausser haus", "nicht im büro", "rückkehr", "absent", "en congé", "de retour",
)  # fmt: skip

# A line of the text begins so. “Message” and “notification” would be monitoring, that somebody has to read.
SAYS_SO = (
    "this is an automatic reply", "this is an automatic response", "this is an automatic answer",
    "this is an automated reply", "this is an automated response", "this is an automated answer",
    "this is an auto-reply", "this is an auto reply", "this is an autoreply", "this is an auto-response",
    "this is an auto-generated reply", "this is an auto-generated response",
    "this is an automatically generated reply", "this is an automatically generated response",
    "this is an automatic email reply", "this is an automated email response", "this is an automated e-mail response",
    "this reply was generated automatically", "this reply is automatic", "this response is automatic",
    "you are receiving this automatic reply", "you are receiving this automatic response",
    "automatic reply.", "automatic reply:", "automatic reply!", "automatic response.", "please note: this is an auto",
    "это автоматический ответ", "это автоответ", "автоматический ответ.", "автоматический ответ:",
    "данный ответ сформирован автоматически", "данный ответ отправлен автоматически",
    "этот ответ сформирован автоматически", "этот ответ отправлен автоматически", "вам отвечает автоответчик",
    "це автоматична відповідь", "це автовідповідь", "автоматична відповідь.", "автоматична відповідь:",
    "ця відповідь сформована автоматично", "ця відповідь надіслана автоматично",
    "dit is een automatisch antwoord", "dit is een automatisch gegenereerd antwoord", "dit is een automatische reactie",
    "dit is een automatische beantwoording", "dit is een automatische afwezigheidsmelding",
    "dies ist eine automatische antwort", "dies ist eine automatisch generierte antwort",
    "dies ist eine automatisch erstellte antwort", "dies ist eine automatisierte antwort",
    "dies ist eine automatische rückmeldung", "dies ist eine automatische abwesenheitsnotiz",
    "das ist eine automatische antwort",
    "ceci est une réponse automatique", "ce message est une réponse automatique", "c'est une réponse automatique",
    "il s'agit d'une réponse automatique",
)  # fmt: skip

# Receipts (Outlook, Notes, Thunderbird) begin so; people too, so one of RECEIPT_WORDS must follow.
RECEIPT_SUBJECTS = (
    "read:", "not read:", "deleted:", "delivered:", "relayed:", "read receipt", "return receipt", "delivery receipt",
    "message read", "disposition notification",
    "прочитано:", "прочтено:", "не прочитано:", "не прочтено:", "доставлено:", "прочитано без",
    "уведомление о прочтении", "уведомление о доставке", "отчет о прочтении",
    "отчёт о прочтении", "подтверждение прочтения", "подтверждение о прочтении", "сповіщення про прочитання",
    "звіт про прочитання", "підтвердження прочитання", "підтвердження про прочитання",
    "gelezen:", "niet gelezen:", "ongelezen:", "bezorgd:", "afgeleverd:", "leesbevestiging", "ontvangstbevestiging",
    "bevestiging van lezen",
    "gelesen:", "nicht gelesen:", "ungelesen:", "zugestellt:", "lesebestätigung", "empfangsbestätigung", "übermittelt:",
    "lu :", "lu:", "non lu :", "non lu:", "remis :", "remis:", "accusé de lecture", "accusé de réception",
    "confirmation de lecture",
)  # fmt: skip

# What a receipt says of a message.
RECEIPT_WORDS = (
    "was read on", "was read at", "has been read", "was displayed on", "has been displayed", "been displayed on the",
    "without being read", "deleted without", "return receipt for",
    "message was opened", "was opened on", "successfully delivered", "has been delivered", "was delivered",
    "this is a receipt", "this receipt", "acknowledges that the message", "no guarantee that the",
    "было прочитано", "прочитано", "прочтено", "без прочтения", "непрочитанным", "было доставлено",
    "доставлено следующим", "уведомление о прочтении", "было открыто", "показано на компьютере",
    "було прочитано", "без прочитання", "було доставлено", "відображено",
    "is gelezen", "gelezen op", "zonder te zijn gelezen", "zonder te worden gelezen", "ongelezen verwijderd",
    "is bezorgd", "is afgeleverd", "is weergegeven", "werd weergegeven", "werd gelezen", "ontvangstbevestiging voor",
    "wurde gelesen", "wurde am", "gelesen am", "ungelesen gelöscht", "ohne gelesen", "wurde zugestellt",
    "wurde angezeigt", "lesebestätigung für", "auf dem computer des",
    "a été lu", "sans être lu", "sans avoir été lu", "a été remis", "a été affiché", "accusé de réception du",
    "accusé de réception pour", "été ouvert",
)  # fmt: skip

# Subjects that robots use and people too: only with AWAY and MEANWHILE in the text.
DOUBTFUL_SUBJECTS = (
    "out of office", "out of the office", "ooo", "vacation", "holiday", "on leave", "annual leave", "maternity",
    "parental leave", "away", "absen", "not available", "unavailable", "no longer with", "auto",
    "отпуск", "отсутств", "вне офиса", "больничн", "командировк", "декрет", "недоступ", "выходн", "нет на месте",
    "уволил", "не работает",
    "відпуст", "відсутн", "лікарнян", "відряджен", "поза офісом", "недоступн", "не працю",
    "vakantie", "verlof", "afwezig", "niet aanwezig", "buiten kantoor", "met vrij", "ziek",
    "urlaub", "abwesen", "außer haus", "ausser haus", "elternzeit", "nicht im büro", "nicht erreichbar",
    "mutterschutz", "krank",
    "congé", "vacances", "indisponib", "hors du bureau", "maladie", "fermeture", "geschlossen", "gesloten", "closed",
)  # fmt: skip

# “I am not here”.
AWAY = (
    "i am out of", "i'm out of", "i am currently out", "i am away", "i'm away", "i am currently away",
    "i will be away", "i will be out", "i'll be out", "i am on vacation", "i'm on vacation", "i am on holiday",
    "i am on annual", "i'm on annual", "i am on leave", "i am on parental", "i am on maternity",
    "currently out of the", "currently on leave", "currently on vacation", "out of the office until",
    "out of the office from", "out of office until", "out of office from", "away from my email",
    "away from the office", "our office is closed", "offices are closed", "is out of the office",
    "am not in the office", "no longer work", "no longer with", "i will be travel", "am travelling", "am traveling",
    "я в отпуске", "нахожусь в отпуске", "в отпуске до", "в отпуске с ", "ушел в отпуск", "ушёл в отпуск",
    "меня нет в офисе", "меня не будет", "буду отсутствовать", "я отсутствую", "отсутствую на рабочем",
    "отсутствую в офисе", "нахожусь вне офиса", "вне офиса до", "на больничном", "в командировке", "в декретном",
    "больше не работаю", "больше не работает", "наш офис закрыт", "офис не работает", "сейчас не в офисе",
    "я у відпустці", "перебуваю у відпустці", "перебуваю в відпустці", "у відпустці до", "у відпустці з",
    "буду відсутн", "я відсутн", "мене не буде", "поза офісом", "на лікарняному", "у відрядженні", "у декретній",
    "більше не працю",
    "ben ik afwezig", "ik ben afwezig", "ik ben momenteel afwezig", "ik ben met vakantie", "ik ben op vakantie",
    "ben ik met vakantie", "ben ik op vakantie", "ik ben met verlof", "ben ik niet aanwezig", "ik ben niet aanwezig",
    "ik ben niet op kantoor", "ben niet op kantoor", "ik ben tot en met", "ik ben er niet", "niet meer werkzaam",
    "ons kantoor is gesloten", "wij zijn gesloten", "niet in de gelegenheid", "ik ben ziek", "zwangerschapsverlof",
    "ouderschapsverlof", "niet bereikbaar",
    "ich bin abwesend", "bin ich abwesend", "ich bin im urlaub", "bin ich im urlaub", "ich befinde mich im urlaub",
    "befinde ich mich im urlaub", "nicht im büro", "nicht im haus", "außer haus", "ausser haus",
    "ich bin derzeit nicht", "bin ich nicht erreichbar", "ich bin nicht erreichbar", "ich bin in elternzeit",
    "bin in elternzeit", "nicht mehr im unternehmen", "nicht mehr bei", "unser büro ist", "ich bin bis",
    "ich bin vom", "ich bin krank", "nicht am arbeitsplatz",
    "je suis absent", "je suis actuellement absent", "je serai absent", "je suis en congé",
    "je suis actuellement en congé", "je suis en vacances", "suis en déplacement", "je ne suis pas au bureau",
    "je suis hors du bureau", "absent du bureau", "absente du bureau", "en arrêt maladie", "en congé maternité",
    "ne fais plus partie", "nos bureaux sont fermés", "nos bureaux seront fermés", "je suis indisponible",
)  # fmt: skip

# What somebody who is away adds for everybody: when he is back, whom to ask, that nobody reads this.
MEANWHILE = (
    "will be back", "i'll be back", "back in the office", "back on", "i will return", "i return", "on my return",
    "upon my return", "when i return", "until my return", "limited access", "no access to", "not have access",
    "intermittent access", "will not be read", "not be checking", "not forwarded", "in urgent", "for urgent",
    "if urgent", "urgent matters", "if it is urgent", "if your request is urgent", "please contact",
    "contact my colleague", "as soon as possible after", "will reply as soon", "will respond to your",
    "will answer your", "will get back to you", "immediate assistance", "in my absence", "during my absence",
    "during this time", "during this period",
    "вернусь", "по возвращении", "после возвращения", "буду на связи", "выйду на работу", "по срочным",
    "срочным вопросам", "в срочных случаях", "если вопрос срочный", "при срочной необходимости", "по всем вопросам",
    "по вопросам", "обращайтесь", "обратитесь", "пишите", "отвечу", "доступ к почте", "ограниченный доступ",
    "в мое отсутствие", "в моё отсутствие", "на время моего отсутствия", "на это время", "свяжитесь с",
    "повернуся", "після повернення", "термінових", "з термінових", "звертайтеся", "зверніться", "відповім",
    "доступу до пошти", "на час моєї відсутності", "за моєї відсутності", "зв'яжіться",
    "ben ik terug", "ben ik weer", "weer terug", "weer aanwezig", "na terugkomst", "bij terugkomst",
    "na mijn terugkeer", "na mijn vakantie", "voor dringende", "bij dringende", "in dringende", "voor spoed",
    "bij spoed", "kunt u contact", "neem contact", "neem dan contact", "contact opnemen met", "mijn collega",
    "tijdens mijn afwezigheid", "uw e-mail wordt niet", "beperkt toegang", "zal ik uw", "zo spoedig mogelijk",
    "beantwoord",
    "bin ich wieder", "wieder erreichbar", "wieder im büro", "wieder im haus", "wieder für sie da",
    "nach meiner rückkehr", "in dringenden", "dringenden fällen", "dringende", "wenden sie sich",
    "nicht weitergeleitet", "wird nicht gelesen", "werde ich", "meine kollegin", "mein kollege", "meine vertretung",
    "meiner abwesenheit", "während meiner", "kontaktieren sie", "so bald wie möglich", "keinen zugriff",
    "melde mich",
    "de retour", "mon retour", "à mon retour", "en cas d'urgence", "en cas d’urgence", "pour toute urgence",
    "urgence", "vous pouvez contacter", "veuillez contacter", "merci de contacter", "contactez", "mon absence",
    "ne sera pas lu", "accès limité", "pas accès à", "je répondrai", "je vous répondrai", "je reviendrai",
    "dans les meilleurs délais", "dès que possible",
)  # fmt: skip

# An acknowledgement of another desk: only with AUTOMATIC.
RECEIVED = (
    "received your", "have received you", "thank you for contacting", "thank you for your message",
    "thank you for your e", "thanks for your message", "thanks for contacting", "request has been received",
    "request has been registered", "ticket has been created", "request has been created",
    "ваше обращение принято", "ваше обращение зарегистрировано", "ваш запрос принят", "ваш запрос зарегистрирован",
    "ваше письмо получено", "ваше сообщение получено", "мы получили ваш", "получили ваше", "заявка принята",
    "заявка зарегистрирована", "благодарим за обращение", "спасибо за обращение", "обращению присвоен",
    "ваше звернення прийнято", "ваше звернення зареєстровано", "ми отримали ваш", "отримали ваше",
    "ваш запит прийнято", "ваш запит зареєстровано", "дякуємо за звернення",
    "hebben uw bericht", "hebben uw e-mail", "hebben uw mail", "hebben uw vraag", "uw bericht ontvangen",
    "uw vraag is ontvangen", "uw aanvraag is ontvangen", "uw e-mail is ontvangen", "bedankt voor uw",
    "bedankt voor je", "dank voor uw", "hebben je bericht", "is geregistreerd",
    "haben ihre anfrage", "haben ihre nachricht", "haben ihre e-mail", "ihre anfrage ist",
    "ihre nachricht ist bei uns", "ihre anfrage wurde", "ihre e-mail ist", "danke für ihre", "vielen dank für ihre",
    "bei uns eingegangen",
    "bien reçu votre", "avons reçu votre", "votre demande a été", "votre demande a bien", "votre message a bien",
    "votre message a été", "merci pour votre", "merci de nous avoir", "accusons réception",
)  # fmt: skip

# “Nobody wrote this.”
AUTOMATIC = (
    "auto-generated", "auto-reply", "autoreply", "do not reply", "don't reply", "not monitored",
    "автоответ", "автовідповід", "не отвечайте", "не нужно отвечать", "отвечать на него не",
    "отвечать не нужно", "не відповідайте",
    "niet te beantwoorden", "niet beantwoorden", "niet op dit bericht", "niet antworten", "nicht auf diese",
    "nicht antworten",
    "ne pas répondre", "ne répondez pas",
)  # fmt: skip

# One of these stands in each of them: half as many to look for in every letter.
AUTOMATIC_ROOTS = (
    "auto", "do not reply", "don't reply", "not monitored", "авто", "отвеча", "відповідайте", "beantwoorden",
    "niet op dit", "antworten", "nicht auf", "répond",
)  # fmt: skip
