"""People who might live in Sofia and Varna: names that agree in gender, addresses, phones and e-mails of nobody.

Pure and deterministic: the same `Random` gives the same person. Phones and e-mails are unique by the customer's number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

LANGUAGES = {"bg": 62, "ru": 26, "en": 12}


@dataclass(frozen=True, kw_only=True)
class Person:
    given_name: str
    patronymic: str
    family_name: str
    language: str
    birthday: date | None


@dataclass(frozen=True, kw_only=True)
class Home:
    city: str
    region: str
    postal_code: str
    street: str


_GIVEN = {
    ("bg", "f"): (
        "Мария Елена Ивана Виктория Цветелина Радостина Гергана Теодора Силвия Петя Надежда Росица Калина Милена "
        "Албена Йоана Биляна Анелия Стела Весела Боряна Александра Габриела Рая Магдалена Ралица Христина Даниела "
        "Невена Лилия Евгения Снежана Зорница Диана Деница Яна Ваня Антония Симона Камелия"
    ),
    ("bg", "m"): (
        "Георги Иван Димитър Николай Петър Стефан Мартин Христо Александър Васил Борис Пламен Калоян Тодор Емил "
        "Красимир Любомир Ивайло Владимир Атанас Веселин Йордан Кирил Росен Станислав Цветан Явор Огнян Добромир Асен"
    ),
    ("ru", "f"): (
        "Мария Анна Елена Ольга Наталья Татьяна Ирина Светлана Екатерина Юлия Марина Людмила Галина Надежда Алина "
        "Дарья Ксения Полина Анастасия Евгения Лариса Алла Валентина Оксана Жанна София Вероника Инна Кира Тамара"
    ),
    ("ru", "m"): (
        "Алексей Дмитрий Сергей Андрей Михаил Павел Николай Игорь Олег Константин Виктор Антон Роман Максим Евгений "
        "Илья Юрий Владимир Артём Кирилл Григорий Леонид Станислав Тимофей"
    ),
    ("en", "f"): (
        "Olivia Emma Charlotte Amelia Sophie Grace Hannah Lucy Eleanor Alice Rachel Megan Claire Rebecca Laura Naomi "
        "Fiona Joanna Harriet Imogen Priya Aisha Maeve Niamh"
    ),
    ("en", "m"): (
        "Oliver James Thomas William Daniel Henry Samuel Edward Matthew Peter Simon Adam Callum Rory Patrick Owen "
        "Duncan Julian Marcus Nathan Arjun Liam"
    ),
}
GIVEN = {kind: names.split() for kind, names in _GIVEN.items()}

_BULGARIAN_FAMILIES = (
    "Иванов Петров Димитров Георгиев Николов Стоянов Христов Тодоров Ангелов Колев Василев Марков Попов Илиев Атанасов "
    "Маринов Костов Русев Йорданов Кирилов Златев Митев Станчев Борисов Вълчев Панайотов Добрев Недялков Рашков "
    "Бояджиев Хаджиев Чолаков Гочев Тошев Велинов Денев Лазаров Кънев Спасов Ганев Желев Симеонов Минчев Пенчев"
)
_BULGARIAN_FATHERS = (
    "Георгиев Иванов Димитров Николаев Петров Стефанов Христов Василев Тодоров Кирилов Йорданов Борисов"
)
_RUSSIAN_FAMILIES = (
    "Иванов Смирнов Кузнецов Соколов Лебедев Морозов Волков Новиков Павлов Семёнов Голубев Виноградов Богданов Фёдоров "
    "Беляев Тарасов Белов Комаров Орлов Киселёв Макаров Андреев Ковалёв Ильин Гусев Титов Кузьмин Баранов Куликов "
    "Алексеев Вишневский Островский Заболоцкий Каменский Шевченко Коваленко Бондаренко Литвиненко Гончаренко"
)
RUSSIAN_FATHERS = (
    ("Алексеевич", "Алексеевна"), ("Сергеевич", "Сергеевна"), ("Андреевич", "Андреевна"), ("Михайлович", "Михайловна"),
    ("Николаевич", "Николаевна"), ("Викторович", "Викторовна"), ("Юрьевич", "Юрьевна"), ("Павлович", "Павловна"),
    ("Владимирович", "Владимировна"), ("Олегович", "Олеговна"), ("Игоревич", "Игоревна"), ("Петрович", "Петровна"),
    ("Дмитриевич", "Дмитриевна"), ("Ильич", "Ильинична"), ("Борисович", "Борисовна"), ("Анатольевич", "Анатольевна"),
)  # fmt: skip
_ENGLISH_FAMILIES = (
    "Bennett Clarke Harrison Walker Foster Hughes Parker Turner Morgan Reed Shaw Palmer Fletcher Webb Marsh Hartley "
    "Doyle Brennan Gallagher Fraser Sinclair Murray Patel Shah Novak Lindqvist Ashworth Holloway Kemp Thornton"
)

FAMILIES = {
    "bg": _BULGARIAN_FAMILIES.split(),
    "ru": _RUSSIAN_FAMILIES.split(),
    "en": _ENGLISH_FAMILIES.split(),
}
BULGARIAN_FATHERS = _BULGARIAN_FATHERS.split()

# City, region, the beginning of its postal code, how many of a hundred customers live there.
CITIES = (
    ("София", "София (столица)", "1", 40), ("Варна", "Варна", "90", 28), ("Пловдив", "Пловдив", "40", 8),
    ("Бургас", "Бургас", "80", 7), ("Русе", "Русе", "70", 4), ("Добрич", "Добрич", "93", 4),
    ("Стара Загора", "Стара Загора", "60", 3), ("Велико Търново", "Велико Търново", "50", 3),
    ("Шумен", "Шумен", "97", 2), ("Плевен", "Плевен", "58", 1),
)  # fmt: skip
STREETS = (
    "ул. „Шипка“", "ул. „Иван Вазов“", "бул. „Витоша“", "ул. „Цар Симеон“", "бул. „Приморски“", "ул. „Граф Игнатиев“",
    "ул. „Христо Ботев“", "бул. „Сливница“", "ул. „Преслав“", "ул. „Оборище“", "ул. „Драгоман“", "ул. „Солунска“",
    "ул. „Братя Миладинови“", "бул. „Осми приморски полк“", "ул. „Любен Каравелов“", "ул. „Неофит Рилски“",
    "ул. „Паркова“", "ул. „Розова долина“", "ул. „Черковна“", "ул. „Пирин“",
)  # fmt: skip

MAIL_HOUSES = ("example.org", "example.com", "example.net")
# Mobile ranges; what follows is the customer's number, turned round so that neighbours do not look alike.
PHONES = {
    "bg": ("+35988", "+35989", "+35987"),
    "ru": ("+35988", "+35989", "+7921"),
    "en": ("+35989", "+35988", "+44740"),
}
LATIN = str.maketrans(
    dict(zip("абвгдезийклмнопрстуфхъыэё", "abvgdeziyklmnoprstufhayee", strict=True))
    | {"ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sht", "ь": "", "ю": "yu", "я": "ya"}
)


def draw_person(random: Random, *, today: date) -> Person:
    language = random.choices(list(LANGUAGES), list(LANGUAGES.values()))[0]
    gender = "f" if random.random() < 0.66 else "m"
    return Person(
        given_name=random.choice(GIVEN[language, gender]),
        patronymic=_patronymic(random, language, gender),
        family_name=_family(random, language, gender),
        language=language,
        birthday=_birthday(random, today) if random.random() < 0.55 else None,
    )


def _family(random: Random, language: str, gender: str) -> str:
    if language == "en":
        return random.choice(FAMILIES["en"])
    return agreeing(random.choice(FAMILIES[language]), gender)


def agreeing(family: str, gender: str) -> str:
    """The family name as a woman or a man bears it: Иванова, Островская, but Шевченко."""
    if gender == "m" or family.endswith("о"):
        return family
    return family[:-2] + "ая" if family.endswith("ий") else family + "а"


def _patronymic(random: Random, language: str, gender: str) -> str:
    """Russians give it more often than not, Bulgarians now and then, the English never."""
    if language == "ru" and random.random() < 0.6:
        return random.choice(RUSSIAN_FATHERS)[gender == "f"]
    if language == "bg" and random.random() < 0.3:
        return agreeing(random.choice(BULGARIAN_FATHERS), gender)
    return ""


def _birthday(random: Random, today: date) -> date:
    age_days = int(random.triangular(19, 76, 36) * 365.25)
    return today - timedelta(days=age_days)


def draw_home(random: Random) -> Home:
    city, region, postal, _ = random.choices(CITIES, [weight for *_, weight in CITIES])[0]
    flat = f", ап. {random.randint(1, 48)}" if random.random() < 0.6 else ""
    return Home(
        city=city,
        region=region,
        postal_code=postal + "".join(str(random.randint(0, 9)) for _ in range(4 - len(postal))),
        street=f"{random.choice(STREETS)} {random.randint(1, 140)}{flat}",
    )


def mail_address(person: Person, number: int) -> str:
    local = f"{in_latin(person.given_name)}.{in_latin(person.family_name)}{number}"
    return f"{local}@{MAIL_HOUSES[number % len(MAIL_HOUSES)]}"


def telegram_handle(person: Person, number: int) -> str:
    return f"{in_latin(person.given_name)[:1]}_{in_latin(person.family_name)}{number}"


def phone(language: str, number: int) -> str:
    """E.164 and valid. 7,654,321 shares no factor with ten million, so no two numbers below that meet."""
    prefixes = PHONES[language]
    prefix = prefixes[0 if number % 10 < 6 else 1 if number % 10 < 9 else 2]
    return f"{prefix}{number * 7_654_321 % 10_000_000:07d}"


def in_latin(word: str) -> str:
    return word.lower().translate(LATIN)
