"""What short words in a chat mean: “a person, please”, “yes”, “no”, “hello”. Pure; three languages, and mixtures.

Lists of words, no guesses: whoever writes more than such words asks something, and is read by the search.
"""

from __future__ import annotations

from crm.words.spoken_words import Dictionary, said, words_in
from support.answering.thanks import GREETINGS

__all__ = ["chosen_number", "is_greeting", "is_no", "is_yes", "said", "wants_a_person", "words_in"]

LONGEST_SHORT, MOST_SHORT_WORDS = 60, 5

_is_somebody = Dictionary(
    """
    оператор* консультант* менеджер* сотрудник* специалист* поддержк* человек* людьми людям людей коллег* админ*
    консултант* мениджър* служител* специалист* поддръжк* човек* човешк* хора колега* колеги
    human* person people agent operator* representative* somebody someone colleague* manager* staff
    """
)
_is_alive = Dictionary(
    "живой живого живому живым живая живую живые живых реальн* жив живо истински човешк* real human"
)
_asks_for = Dictionary(
    """
    соедини* переключи* переведи* позови* позвать дай* хочу хотел* хотим нужен нужна нужно можно могу поговорить
    общаться пообщаться говорить связаться свяжите связь ответит ответьте подключи*
    свърж* свържете прехвърл* искам искаме може могат говоря говорим поговоря разговарям дайте трябва повикай*
    talk speak connect transfer want need get give put reach contact chat can could
    """
)
_is_polite = Dictionary(
    """
    пожалуйста плиз спасибо здравствуйте привет мне меня с со к на и а но
    моля благодаря мерси здравейте ми ме със с към на и а но
    please pls thanks hello hi me with to a an the and but
    """
)
_is_bot = Dictionary("бот* ботом робот* bot robot автомат*")
_is_no = Dictionary("не нет неа no not nope без стига хватит достал* надоел* писна* without")
# What a person is named beside without being asked for: “for four people”, “my friend, a good person”.
_is_about = Dictionary(
    "сколько несколько колко several many для за for от мой моя моят my двух двама двоих друг* \\d*"
)
_says_yes = Dictionary(
    """
    да ага угу помогло помогли помог решено получилось понятно супер отлично
    да помогна помогнахте помага стана ясно разбрах супер чудесно
    yes yep yeah helped ok okay ок окей
    """
)
_did = Dictionary(
    "помог* помаг* получил* получается стана става понятн* понял* решен* реши* ясно подходит върши "
    "help* work* what об про то"
)
_greets = Dictionary(
    " ".join(GREETINGS) + " утро вечер вечера утра day good morning evening hey there вам ви всем"
)


def wants_a_person(text: str) -> bool:
    """Somebody of the company is asked for, in whatever words, or the bot is sent away."""
    words = words_in(text)
    if _sends_the_bot_away(words):
        return True
    people = [n for n, word in enumerate(words) if _is_somebody(word)]
    if not people or all(_is_named_beside(words, n) for n in people):
        return False
    if any(n and _is_alive(words[n - 1]) for n in people):
        return True
    left = [word for word in words if not _is_somebody(word) and not _is_polite(word)]
    return not left or any(_asks_for(word) for word in left)


def is_greeting(text: str) -> bool:
    words = words_in(text)
    return bool(words) and len(said(text)) <= LONGEST_SHORT and all(_greets(word) for word in words)


def is_yes(text: str) -> bool:
    """To “did this help?”."""
    return _is_short(text) and any(_says_yes(word) for word in words_in(text)) and not is_no(text)


def is_no(text: str) -> bool:
    """To “did this help?”: no, or that it did not."""
    words = words_in(text)
    if not words:
        return False
    if _is_no(words[0]) and len(words) <= 2:
        return True
    return any(
        _is_no(word) and any(_did(after) for after in words[n + 1 : n + 3]) for n, word in enumerate(words)
    )


def chosen_number(text: str, *, among: int) -> int | None:
    """Of numbered choices: 1 … `among`; None: no number of these was said."""
    told = said(text).strip("№#().! ")
    if told.isdecimal() and len(told) == 1 and 1 <= int(told) <= among:
        return int(told)
    return None


def _sends_the_bot_away(words: list[str]) -> bool:
    """“No robots, please.”"""
    return any(
        _is_bot(word) and any(_is_no(one) for one in words[max(0, n - 3) : n]) for n, word in enumerate(words)
    )


def _is_named_beside(words: list[str], n: int) -> bool:
    return any(_is_about(word) or word.isdecimal() for word in words[max(0, n - 2) : n])


def _is_short(text: str) -> bool:
    return len(said(text)) <= LONGEST_SHORT and len(words_in(text)) <= MOST_SHORT_WORDS and "?" not in text
