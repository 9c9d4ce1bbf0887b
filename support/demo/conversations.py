"""What people wrote to «Липа», and what was answered. Invented; each in the language of whoever writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# Whose turn it is, and the words: "in" the customer's, "out" ours, "note" among colleagues.
Turn = tuple[Literal["in", "out", "note"], str]


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """`began`: minutes ago; `pace`: minutes between turns. `ends`: as in support.demo.stories."""

    key: str
    language: str
    channel: str
    topic: str
    subject: str
    turns: tuple[Turn, ...]
    began: int
    pace: int = 35
    ends: str = "resolved"
    name: str = ""
    tags: tuple[str, ...] = ()
    priority: int = 2
    sub_state: str = ""
    promise: str = ""
    agent: str = "daria"


HOUR = 60
DAY = 24 * HOUR

PAST = (
    Conversation(
        key="lids", language="bg", channel="email", topic="returns", subject="Чайникът пристигна пукнат",
        began=11 * DAY, turns=(
            ("in", "Здравейте, стъкленият чайник дойде с пукнатина при дръжката. Какво да направя?"),
            ("out", "Здравейте! Много съжаляваме. Не е нужно да го връщате: изпращаме нов още днес."),
            ("in", "Благодаря, получих го. Всичко е наред."),
        ), tags=("счупено",), agent="plamen",
    ),
    Conversation(
        key="gift-card", language="ru", channel="telegram", topic="goods", subject="Открытка к подарку",
        began=9 * DAY, name="Марина Лисицына", turns=(
            ("in", "Добрый день! Можно вложить открытку от руки в подарочную коробку?"),
            ("out", "Добрый день! Да, напишите текст до 200 знаков, вложим бесплатно."),
            ("in", "Спасибо! «С днём рождения, мама»"),
            ("out", "Готово, открытка уже в коробке. Отправим завтра утром."),
        ),
    ),
    Conversation(
        key="invoice", language="bg", channel="email", topic="wholesale", subject="Фактура за ноември",
        began=8 * DAY, turns=(
            ("in", "Добър ден, моля да ни изпратите фактурата за ноември на новия адрес на фирмата."),
            ("note", "Новият адрес е сверен с търговския регистър."),
            ("out", "Добър ден! Фактурата е изпратена, адресът е променен и за следващите месеци."),
        ), agent="plamen",
    ),
    Conversation(
        key="allergy", language="en", channel="email", topic="goods", subject="Is the rose cream nut free?",
        began=7 * DAY, turns=(
            ("in", "Hello, does the Rose Day Cream contain almond oil? My daughter is allergic to nuts."),
            ("out", "Hello! It does contain almond oil. The Linden Night Cream has no nut oils at all."),
            ("in", "Thank you so much, you saved us a visit to the doctor."),
        ), agent="plamen",
    ),
    Conversation(
        key="missing-points", language="ru", channel="chat", topic="points", subject="Нет баллов за покупку",
        began=6 * DAY, pace=2, name="Игорь", turns=(
            ("in", "Здравствуйте, вчера купил чай в Варне, а баллов нет"),
            ("out", "Здравствуйте! Баллы за покупку приходят через 14 дней, когда закончится срок возврата."),
            ("in", "понял, спасибо"),
        ),
    ),
    Conversation(
        key="locker", language="bg", channel="sms", topic="delivery", subject="Автоматът не се отваря",
        began=5 * DAY, pace=6, turns=(
            ("in", "Автоматът не приема кода от съобщението"),
            ("out", "Изпратихме нов код. Ако и той не стане, обадете ни се, ще отворим от разстояние."),
            ("in", "стана, благодаря"),
        ), tags=("автомат",), agent="iva",
    ),
    Conversation(
        key="refund", language="ru", channel="email", topic="returns", subject="Когда вернутся деньги?",
        began=4 * DAY, turns=(
            ("in", "Добрый день! Крем отправила неделю назад. Когда ждать деньги?"),
            ("out", "Добрый день! Крем у нас с понедельника, деньги отправлены вчера: банк зачислит их за 1–3 дня."),
            ("in", "Пришли, спасибо за скорость!"),
        ), agent="iva",
    ),
    Conversation(
        key="second-box", language="bg", channel="telegram", topic="delivery", subject="Поръчката дойде наполовина",
        began=3 * DAY, name="Росица Ганева", turns=(
            ("in", "Дойде само едната кутия, а поръчах две"),
            ("out", "Втората пътува отделно, куриерът я носи утре до 18:00 ч."),
            ("in", "Дойде и тя"),
        ),
    ),
    Conversation(
        key="opening", language="en", channel="chat", topic="goods", subject="Opening hours", began=2 * DAY,
        pace=1, name="Tom", turns=(
            ("in", "hi, are you open on Sunday in Sofia?"),
            ("out", "Hi! Yes, 10:00 to 18:00 on Vitosha 62."),
            ("in", "great, thanks"),
        ), agent="plamen",
    ),
)  # fmt: skip

# This morning: what an agent finds.
TODAY = (
    Conversation(
        key="double-charge", language="ru", channel="chat", topic="points", subject="Двойное списание",
        began=24, name="Игорь Панов", turns=(
            ("in", "Карта списалась два раза за один заказ, верните, пожалуйста, второй платёж"),
        ), ends="new", priority=3, agent="",
    ),
    Conversation(
        key="birthday", language="bg", channel="email", topic="points", subject="Подаръкът за рождения ден",
        began=95, turns=(
            ("in", "Здравейте, имах рожден ден в неделя, а не виждам подаръка в картата си."),
        ), ends="new",
    ),
    Conversation(
        key="cafe", language="bg", channel="email", topic="wholesale", subject="Оферта за кафене",
        began=3 * HOUR, turns=(
            ("in", "Отваряме второ кафене през януари. Може ли оферта за 40 кг „Мурсалски чай“ на месец?"),
            ("note", "Георги подготвя цените до четвъртък."),
            ("out", "Добър ден! Подготвяме оферта, ще я имате до четвъртък."),
        ), ends="waiting_us", agent="iva", promise="Оферта за второто кафене",
    ),
    Conversation(
        key="teapot", language="ru", channel="email", topic="returns", subject="Заварочный чайник подтекает",
        began=4 * HOUR, turns=(
            ("in", "Чайник подтекает у носика, чек сохранила. Что нужно сделать, чтобы его вернуть?"),
            ("out", "Здравствуйте! Пришлите, пожалуйста, снимок носика: по нему решим, новый чайник или возврат."),
        ), ends="waiting_customer",
    ),
    Conversation(
        key="courier", language="bg", channel="sms", topic="delivery", subject="Куриерът не се обажда",
        began=2 * HOUR, turns=(
            ("in", "Обещаха доставка между 9 и 11, никой не дойде"),
            ("out", "Проверяваме при куриера и пишем до половин час."),
        ), ends="waiting_us", sub_state="with-courier", agent="plamen",
    ),
    Conversation(
        key="decaf", language="en", channel="email", topic="goods", subject="A tea without caffeine",
        began=20 * HOUR, turns=(
            ("in", "I would like to switch to something without caffeine in the evening. What would you suggest?"),
            ("out", "Hello! Linden Blossom or Mursala Mountain Tea: both are caffeine free and quite different."),
            ("in", "Could I have samples of both with my next order?"),
        ), ends="open", agent="plamen",
    ),
    Conversation(
        key="promo", language="bg", channel="telegram", topic="points", subject="Кодът „ЕСЕН“ не работи",
        began=50, name="Никола Иванов", turns=(
            ("in", "Кодът „ЕСЕН“ пише, че вече е използван, а поръчвам за първи път"),
        ), ends="new", agent="",
    ),
    Conversation(
        key="thanks", language="ru", channel="telegram", topic="goods", subject="Подарок получила",
        began=26 * HOUR, name="Лидия Абрамова", turns=(
            ("in", "Подарок ко дню рождения дошёл, спасибо! А можно передарить сестре?"),
            ("out", "Конечно! Если захотите, переоформим купон на её карту."),
        ), ends="snoozed",
    ),
)  # fmt: skip
