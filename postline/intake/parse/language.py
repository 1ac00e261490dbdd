"""The language of a text, by its alphabet and its small words: no model to load, some microseconds."""

from __future__ import annotations

import re
from collections import Counter

SAMPLE = 2_000  # characters looked at
FEWEST_LETTERS = 12

_CYRILLIC_RUN = re.compile(r"[\u0400-\u04ff]+")
_LATIN_RUN = re.compile(r"[a-z\u00df-\u024f]+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")

# The commonest words of each language, and some that people write to a help desk with.
_LATIN = {
    "en": "the and to of a in is that it for you on with are this have be not i my we can your at was please hello hi "
    "dear thanks thank me how from has but when cannot can't don't i'm what do am or if so an as will "
    "help need account password card would could there any get been which no yes why does did",
    "nl": "de het een en van ik niet is in dat op te met voor maar er mijn aan zijn wat als naar bij om kan geen "
    "ook heb u je hoe uw wij kunt wel nog dit deze beste hallo bedankt groet groeten graag wachtwoord werkt "
    "krijg hebben wordt heeft meer mij we kunnen hulp alvast vriendelijke goedemorgen inloggen",
    "de": "der die das und ist ich nicht ein eine zu in den mit sie auf für es von dem im mir mein meine wie kann "
    "haben habe hat auch wir sich aber bei noch oder bitte guten tag hallo danke grüße grüssen sehr geehrte "
    "passwort anmelden keine mehr aus wird sind nach als um ihnen ihre ihr einen wenn mich geht hilfe",
    "fr": "le la les de des et est je ne pas un une que pour dans en sur avec mon ma mes vous nous il ce qui au "
    "du à j'ai c'est bonjour merci cordialement compte passe mot plus mais comment votre sont par été suis "
    "l'adresse d'un n'est aide on cette ou si se être très",
    "es": "el la los las de que y en un una es no por con para mi me se lo al del su como pero hola gracias cuenta "
    "contraseña puedo está estoy más yo usted saludos buenos días quiero tengo ha he muy si cuando este esta",
    "it": "il la le di che e non un una è per con mio mia mi in sono ho del della al si come ma grazie buongiorno "
    "ciao posta più questo anche alla nel accedere password perché account salve cordiali saluti gli lo ha",
    "pt": "o a os as de que e não um uma é por com para meu minha em do da no na me se eu mais como mas olá obrigado "
    "senha conta estou você bom dia consigo ao foi está muito quando",
    "pl": "i w nie na się z do to jest że o jak ale mam mi co po za od czy proszę dzień dobry hasło konto mogę "
    "moje mój pozdrawiam dla przez tak już jestem dziękuję",
    "tr": "ve bir bu için ile de da ben ne çok var yok nasıl hesap şifre merhaba lütfen teşekkürler değil gibi "
    "benim mı mi olarak daha kadar ama",
    "cs": "a se na je že v s to jsem z do o ale jak mi si pro nebo dobrý den prosím děkuji heslo účet není nemohu "
    "jsou by jako už",
    "sv": "och att det är jag inte en ett som på för med har av till kan om hej tack min mitt lösenord vi du den",
}
_CYRILLIC = {
    "ru": "и в не на я что с по у как мне это а но за из к от вы мой моя для до же так все бы если ещё еще нет да "
    "здравствуйте добрый день пожалуйста спасибо пароль почта почту письмо письма не могу уже или при был почему "
    "помогите ваш вам меня есть только его когда чтобы войти подскажите прошу уважением где можно",
    "uk": "і в не на я що з по у як мені це та але за із до від ви мій моя для же так все би якщо ще ні добрий день "
    "будь ласка дякую пошта пароль лист листи можу вже або був чому допоможіть ваш вам мене є тільки його коли щоб "
    "увійти вітаю скриньки",
    "be": "і ў не на я што з па у як мне гэта але за ад вы мой мая для да ж так усе калі ёсць вітаю дзякуй дзень добры",
    "bg": "и в не на аз че с по как ми това но за от до ви моят моята да се си са съм ще може имам здравейте благодаря "
    "моля парола поща ли няма при",
    "kk": "және бұл мен бар жоқ емес үшін деп бойынша менің сіз қалай керек осы болып бір сәлеметсіз сәлем рахмет",
}


def _inverted(table: dict[str, str]) -> dict[str, list[str]]:
    """Word → the languages that have it."""
    languages: dict[str, list[str]] = {}
    for code, words in table.items():
        for word in set(words.split()):
            languages.setdefault(word, []).append(code)
    return languages


_LATIN_WORDS = _inverted(_LATIN)
_CYRILLIC_WORDS = _inverted(_CYRILLIC)
_SPECIAL_LETTERS = {
    "uk": "їєґі",
    "be": "ўіыэё",
    "kk": "әғқңөұүһіыэ",
    "ru": "ыэёъ",
    "de": "ßäü",
    "pl": "łąęśżźćń",
    "tr": "ığş",
    "cs": "ěřůčž",
    "fr": "œçêèà",
    "es": "ñ¿¡",
    "pt": "ãõ",
    "sv": "å",
}
_SCRIPTS = (
    ("el", 0x0370, 0x03FF), ("he", 0x0590, 0x05FF), ("ar", 0x0600, 0x06FF), ("hi", 0x0900, 0x097F),
    ("th", 0x0E00, 0x0E7F), ("ka", 0x10A0, 0x10FF), ("ko", 0x1100, 0x11FF), ("ja", 0x3040, 0x30FF),
    ("zh", 0x4E00, 0x9FFF), ("ko", 0xAC00, 0xD7AF), ("hy", 0x0530, 0x058F),
)  # fmt: skip


def language(text: str) -> str:
    """ISO 639-1 code, "" when there is too little to tell by."""
    prose = " ".join(token for token in text[:SAMPLE].lower().split() if "@" not in token and "/" not in token)
    words = _WORD.findall(prose)
    joined = "".join(words)
    if len(joined) < FEWEST_LETTERS:
        return ""
    cyrillic = sum(map(len, _CYRILLIC_RUN.findall(joined)))
    latin = sum(map(len, _LATIN_RUN.findall(joined)))
    if cyrillic + latin < len(joined) / 2:
        return _by_script(Counter(joined))
    # A Russian letter quotes English error messages at length; the other way round is rare.
    if cyrillic * 3 >= latin:
        return _best(words, joined, _CYRILLIC, _CYRILLIC_WORDS) or ("ru" if cyrillic >= FEWEST_LETTERS else "")
    return _best(words, joined, _LATIN, _LATIN_WORDS)


def _best(words: list[str], joined: str, table: dict[str, str], languages: dict[str, list[str]]) -> str:
    scores = dict.fromkeys(table, 0.0)
    for word in words:
        for code in languages.get(word, ()):
            scores[code] += 1
    if not joined.isascii():
        for code, special in _SPECIAL_LETTERS.items():
            if code in scores:
                scores[code] += min(0.7 * sum(map(joined.count, special)), len(words))
    best, second = sorted(scores, key=scores.__getitem__, reverse=True)[:2]
    return best if scores[best] > scores[second] else ""


def _by_script(letters: Counter[str]) -> str:
    counts: Counter[str] = Counter()
    for letter, number in letters.items():
        for code, first, last in _SCRIPTS:
            if first <= ord(letter) <= last:
                counts[code] += number
    if counts["ja"]:
        return "ja"
    return counts.most_common(1)[0][0] if counts else ""
