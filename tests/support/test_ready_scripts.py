"""The scripts that come with the house can be played as they are, and speak as a good colleague would."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command

from crm.models import Customer
from support.models import Scenario, Script, ScriptVersion, Topic
from support.scripts import adopting, checking, content, publishing, ready, suggesting
from support.scripts.content import LANGUAGES, Choice, Content, Step
from support.scripts.ready import ReadyScript
from support.scripts.variables import About, say
from tests.factories.customers import CustomerFactory
from tests.factories.loyalty import MemberFactory
from tests.factories.orders import placed_order
from tests.factories.scripts import script
from tests.factories.shops import NOON, UserFactory
from tests.factories.tickets import after, agent, ticket

pytestmark = pytest.mark.django_db

TWELVE = [
    "angry", "damaged", "double-charge", "late-parcel", "lost-parcel", "lost-points",
    "outage", "person", "refund", "return", "thanks", "wrong-item",
]  # fmt: skip
each = pytest.mark.parametrize("its", ready.scripts(), ids=lambda its: its.slug)
THANKS = re.compile(r"спасибо|благодар|thank", re.IGNORECASE)
# A word of a colleague or of a customer that would tell whether they are a man or a woman.
GENDERED = re.compile(
    r"\b(рад|рада|уверена?|обещала?|хотела?|забыла?|решила?|купила?|заказала?|я \w+ла?|"
    r"сигурен|сигурна|доволен|доволна|поканена?|самият|самата)\b",
    re.IGNORECASE,
)


def tree(its: ReadyScript, language: str = "en") -> Content:
    return content.read(its.tree(language))


def spoken(its: ReadyScript, language: str) -> Iterator[tuple[Step, str]]:
    for step in tree(its).steps:
        if step.is_spoken:
            yield from ((step, text) for text in step.texts[language].values())


def ways(its: Content, walked: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Every walk that comes to no step twice, as far as it goes."""
    here = its.step(walked[-1])
    assert here
    further = [choice.next for choice in here.choices if choice.next not in walked]
    if not further:
        yield walked
    for key in further:
        yield from ways(its, (*walked, key))


def into(its: Content, key: str) -> list[Choice]:
    return [choice for step in its.steps for choice in step.choices if choice.next == key]


def test_there_are_twelve_and_every_file_is_listed():
    files = {path.stem for path in Path(ready.__file__).parent.glob("*.toml")}

    assert set(ready.READY) == files
    assert sorted(its.slug for its in ready.scripts()) == TWELVE


@each
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_passes_every_check_in_three_languages_and_nothing_would_read_better(its, language):
    told = its.tree(language)

    assert checking.faults(told) == []
    assert checking.advice(content.read(told)) == []


@each
def test_each_is_a_conversation_and_not_a_list(its):
    steps = tree(its).steps

    assert len([step for step in steps if not step.is_end]) >= 6
    assert len([step for step in steps if len(step.choices) > 1]) >= 2
    assert {step.outcome for step in steps} >= {"solved", "escalated"}
    assert any(step.must_say for step in steps)
    assert any(step.texts["ru"].get("phone") for step in steps if step.is_spoken)


@each
def test_however_one_goes_one_comes_to_an_end(its):
    steps = tree(its)

    walked = list(ways(steps, (steps.start,)))
    assert walked
    assert all((last := steps.step(walk[-1])) and last.is_end for walk in walked)


@each
def test_whoever_is_passed_on_hears_it_before_and_it_is_done(its):
    steps = tree(its)
    ends = {step.key for step in steps.steps if step.outcome == "escalated"}

    for walk in ways(steps, (steps.start,)):
        if walk[-1] in ends:
            told, done = steps.step(walk[-3]), steps.step(walk[-2])
            assert told and told.is_spoken and told.must_say
            assert done and [one["kind"] for one in done.actions][-1] == "pass_to_lead"


@each
def test_points_are_offered_to_members_alone_and_there_is_a_way_past_them(its):
    steps = tree(its)
    giving = [step.key for step in steps.steps if any(one["kind"] == "give_points" for one in step.actions)]

    for key in giving:
        assert all("member.since" in str(choice.when) for choice in into(steps, key))
        given = steps.step(key)
        assert given and all(one["settings"]["points"] <= 100 for one in given.actions if "points" in one)


@each
def test_exclamation_marks_are_for_thanks(its):
    for language in LANGUAGES:
        for _step, text in spoken(its, language):
            loud = [words for words in re.findall(r"[^.!?]*[.!?]", text) if words.endswith("!")]
            assert all(THANKS.search(words) for words in loud), text


@each
def test_russian_and_bulgarian_address_people_as_natives_do(its):
    for step, text in spoken(its, "ru"):
        assert not re.search(r"(?<=[а-яё,:;] )(Вы|Вас|Вам|Ваш\w*)\b", text), (step.key, text)
        assert not GENDERED.search(text), (step.key, text)
    for step, text in spoken(its, "bg"):
        assert not re.search(r"\b(вие|ви|вас|вам|ваш\w*)\b", text), (step.key, text)
        assert not GENDERED.search(text), (step.key, text)


def people() -> list[Customer]:
    """A member who bought, somebody we know nothing of, and one whose name looks like a gap to fill in."""
    known = CustomerFactory(given_name="Мария")
    MemberFactory(customer=known)
    placed_order(customer=known)
    return [known, CustomerFactory(given_name=""), CustomerFactory(given_name="{{ agent.name }}")]


def test_three_customers_read_them_without_a_gap():
    colleague = agent(name="Ива Маринова")
    for person in people():
        about = About(ticket(customer=person), colleague, after(hours=1))
        for its in ready.scripts():
            for language in LANGUAGES:
                for _step, text in spoken(its, language):
                    if "points.given" in text:
                        continue
                    said = say(text, about, language=language)
                    assert "{{" not in said.replace(person.given_name or "{}", ""), said
                    assert "  " not in said and not said.startswith((",", " ")), said


def test_they_are_adopted_once_as_drafts_in_the_language_of_colleagues():
    lead = UserFactory()
    delivery = Topic.objects.create(slug="delivery", names={"en": "Delivery"})

    drafts = adopting.adopt(language="ru", by=lead, at=NOON)

    assert [draft.script.slug for draft in drafts] == [its.slug for its in ready.scripts()]
    assert {draft.state for draft in drafts} == {"draft"}
    assert adopting.adopt(language="ru", by=lead, at=NOON) == []
    late = Script.objects.get(slug="late-parcel")
    assert (late.shortcut, late.folder, late.scenario.topics.get()) == (
        "late-parcel",
        "Заказы и доставка",
        delivery,
    )
    assert "Посылка опоздала" in str(ScriptVersion.objects.get(script=late).content)


def test_what_a_company_has_is_left_as_it_is():
    own = script("late-parcel")
    before = dict(own.scenario.names)

    adopting.adopt(language="en", by=None, at=NOON)

    assert not own.versions.exists()
    assert Scenario.objects.get(slug="late-parcel").names == before
    assert Script.objects.count() == 12


def test_each_is_published_by_two_people():
    writer, reviewer = UserFactory(), UserFactory()
    for draft in adopting.adopt(language="bg", by=writer, at=NOON):
        publishing.submit(draft, by=writer, at=NOON)
        publishing.approve(draft, by=reviewer, at=NOON)
        publishing.publish(draft, by=reviewer, at=NOON)

    assert Script.objects.in_use(NOON).count() == 12


SAID = {
    "double-charge": (
        "С карты списали дважды за один заказ!",
        "Взехте парите два пъти",
        "I was charged twice",
    ),
    "lost-points": ("А где баллы за субботу?", "Къде са точките за съботата?", "No points for my purchase"),
    "damaged": ("Чайник пришёл разбитый", "Чашата дойде счупена", "The jar arrived broken"),
    "wrong-item": ("Мне прислали не то", "Объркали сте поръчката", "This is not what I ordered"),
    "late-parcel": ("Подскажите, где посылка?", "Кога ще пристигне пратката?", "Where is my order?"),
    "lost-parcel": (
        "Пишут, вручена, но у меня ничего нет",
        "Пише доставена, а я няма",
        "Never arrived, is it lost?",
    ),
    "return": ("Крем не подошёл, хочу отправить", "Искам да я върна, не ми хареса", "Can I return the tea?"),
    "refund": ("Ну и когда деньги придут", "Кога ще получа парите?", "When will I get my money?"),
    "outage": ("Сайт у вас не работает", "Сайтът не се отваря", "The app is not working"),
    "person": ("Дайте поговорить с человеком", "Искам да говоря с човек", "Let me talk to a real person"),
    "angry": ("Это просто безобразие", "Това е безобразие", "This is unacceptable"),
    "thanks": ("Огромное спасибо, очень вкусно", "Много вкусно, браво", "Thank you so much, delicious"),
}


def test_what_customers_say_suggests_the_right_one():
    writer, reviewer = UserFactory(), UserFactory()
    for draft in adopting.adopt(language="en", by=writer, at=NOON):
        publishing.submit(draft, by=writer, at=NOON)
        publishing.publish(publishing.approve(draft, by=reviewer, at=NOON), by=reviewer, at=NOON)

    first = {
        text: next((one.script.slug for one in suggesting.suggestions(ticket(text), at=after(hours=1))), "")
        for texts in SAID.values()
        for text in texts
    }

    assert first == {text: slug for slug, texts in SAID.items() for text in texts}


def test_the_command_says_what_it_added(capsys):
    call_command("add_ready_scripts", "--language", "bg")
    call_command("add_ready_scripts")

    said = capsys.readouterr().out.splitlines()
    assert said[0] == "/double-charge" and len(said) == 14
    assert said[-1].startswith("0 drafts")
