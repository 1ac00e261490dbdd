"""What the letters of the measurements say, in three languages."""

from __future__ import annotations

SUBJECTS = {
    "ru": (
        "Не могу войти в почту",
        "Письма не доходят до получателя",
        "Пропали папки после обновления",
        "Почтовая программа спрашивает пароль снова и снова",
        "Кто-то рассылает письма от моего имени",
        "Не открываются вложения",
        "Как вернуть удалённые письма?",
        "Ошибка 550 при отправке",
    ),
    "en": (
        "I cannot sign in any more",
        "My messages never arrive",
        "Folders are gone since the update",
        "The mail program asks for the password again and again",
        "Somebody writes in my name",
        "Attachments do not open",
        "Can deleted messages be brought back?",
        "Error 550 when sending",
    ),
    "nl": (
        "Ik kan niet meer inloggen",
        "Mijn berichten komen niet aan",
        "Mappen zijn verdwenen na de update",
        "Mijn mailprogramma vraagt steeds om het wachtwoord",
        "Iemand schrijft uit mijn naam",
        "Bijlagen gaan niet open",
        "Kan ik verwijderde berichten terugkrijgen?",
        "Fout 550 bij het versturen",
    ),
}

SENTENCES = {
    "ru": (
        "Здравствуйте!",
        "С сегодняшнего утра сайт не принимает мой пароль, хотя я его не менял.",
        "Я пробовал зайти с телефона и с компьютера, результат одинаковый.",
        "На экране появляется сообщение, что имя или пароль указаны неверно.",
        "Письмо, которое я отправил вчера вечером, до сих пор не дошло.",
        "В ответ пришло уведомление с кодом ошибки, прикладываю его целиком.",
        "Ящиком пользуюсь больше восьми лет, в нём вся моя переписка.",
        "Пробовал другой браузер, чистил кэш и отключал расширения, не помогло.",
        "В настройках программы указан порт 993 и включено шифрование.",
        "Подскажите, пожалуйста, что ещё можно проверить.",
        "Друзья говорят, что получают от меня странные письма со ссылками.",
        "Секретный вопрос я не помню, телефон с тех пор сменил.",
        "После обновления пропали все папки, кроме входящих.",
        "Вложения скачиваются, но не открываются: файл повреждён.",
        "Очень жду ответа, без почты работать невозможно.",
        "Заранее спасибо за помощь.",
    ),
    "en": (
        "Hello,",
        "since this morning the site refuses my password, and I have not changed it.",
        "I tried it from my phone and from the computer at work, it is the same everywhere.",
        "The page says that the name or the password is wrong.",
        "The message that I sent yesterday evening has still not arrived.",
        "I got a notice with an error code and copy it below as it is.",
        "I have used this mailbox for eight years and everything is in it.",
        "Another browser does not help, and neither does clearing the cache.",
        "The mail program is set to port 993 with encryption.",
        "Please tell me what else I could check.",
        "Friends tell me that they get strange messages with links from me.",
        "I do not remember the secret answer, and my phone number is a new one.",
        "After the update all folders but the inbox are gone.",
        "Attachments can be downloaded but not opened, the file is said to be damaged.",
        "I need this for my work, so a quick answer would be very welcome.",
        "Thank you for your help.",
    ),
    "nl": (
        "Goedendag,",
        "sinds vanochtend weigert de site mijn wachtwoord, en ik heb het niet veranderd.",
        "Ik heb het op mijn telefoon en op de computer geprobeerd, overal hetzelfde.",
        "De pagina zegt dat de naam of het wachtwoord niet klopt.",
        "Het bericht dat ik gisteravond verstuurde is nog steeds niet aangekomen.",
        "Ik kreeg een melding met een foutcode, die staat hieronder.",
        "Ik gebruik deze mailbox al acht jaar en alles staat erin.",
        "Een andere browser helpt niet, het legen van de cache ook niet.",
        "Het mailprogramma staat op poort 993 met versleuteling.",
        "Kunt u zeggen wat ik nog meer kan nakijken?",
        "Vrienden krijgen vreemde berichten met links die van mij lijken te komen.",
        "Het antwoord op de geheime vraag weet ik niet meer, mijn nummer is ook nieuw.",
        "Na de update zijn alle mappen weg, behalve het postvak in.",
        "Bijlagen worden gedownload maar gaan niet open, het bestand is beschadigd.",
        "Ik heb dit nodig voor mijn werk, een snel antwoord zou fijn zijn.",
        "Alvast bedankt voor de hulp.",
    ),
}

NAMES = {
    "ru": ("Анна Белова", "Борис Орлов", "Вера Ким", "Глеб Сомов", "Дарья Лисина", "Егор Панин"),
    "en": ("Ann Carter", "Ben Foster", "Cleo Marsh", "Dan Reeve", "Edith Lowe", "Frank Hale"),
    "nl": ("Anouk de Wit", "Bram Visser", "Carlijn Smit", "Daan Bakker", "Eva Mulder", "Floris Kok"),
}

QUOTED = {
    "ru": "{name} пишет:",
    "en": "{name} wrote:",
    "nl": "{name} schreef:",
}
