"""Reviews on file become feedback: whose they are where that is certain, what they are about, each once."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from crm import timeline
from crm.importing.columns import Column, ColumnMap, column, maybe
from crm.importing.joining import Owner, erased_among, owners_of
from crm.importing.kinds.row_by_row import RowByRow, Verdict
from crm.importing.refusals import RowRefusal
from crm.models import ImportedRow, ImportJob, Shop
from crm.people.suppression import Key
from crm.words.spoken_words import language_of
from surveys.feedback import routing
from surveys.feedback.reviews import Review, ReviewReader
from surveys.feedback.routing import Source
from surveys.models import Feedback

Outcome = ImportedRow.Outcome
# A row that says nothing of its language, and whose words do not either.
LANGUAGES = {"RU": "ru", "BY": "ru", "KZ": "ru", "BG": "bg"}


class Reviews(RowByRow[Review]):
    """What people wrote about the company elsewhere."""

    name = "reviews"
    label = _("Reviews")
    file_said = _("one row for each review")
    brings = (
        _("Reviews with their ratings and dates; each goes to the department that can change something"),
        _("Whose they are, where a number, a card, or the phone or e-mail of one person alone says it"),
        _("Nothing twice: a review is known by its number, else by its author, date and words"),
    )
    rows_at_once = 500
    repeat = Outcome.KNOWN
    columns: ClassVar[Sequence[Column]] = (
        column(
            "text",
            _("Text of the review"),
            "text review reviewtext comment content body message отзыв текст текстотзыва комментарий "
            "отзив мнение ревю коментар текстнаотзива",
        ),
        column(
            "written_at",
            _("Date"),
            "date createdat created reviewdate writtenat datetime publishedat дата датаотзыва создан "
            "датанаотзива публикуван",
            is_date=True,
        ),
        maybe(
            "rating",
            _("Rating from 1 to 5"),
            "rating stars score grade mark оценка рейтинг звезды оценканатовара звезди",
        ),
        maybe("id", _("Number of the review"), "id reviewid number externalid номеротзыва ид номернаотзива"),
        maybe(
            "site",
            _("Where it was written"),
            "site source platform marketplace where площадка источник сайт площадкаотзыва платформа източник",
        ),
        maybe("author", _("Author"), "author name username user reviewer автор имя имяавтора име потребител"),
        maybe("title", _("Heading"), "title subject heading заголовок тема заглавие"),
        maybe("pros", _("What is good"), "pros advantages достоинства плюсы плюсове предимства"),
        maybe("cons", _("What is bad"), "cons disadvantages недостатки минусы минуси недостатъци"),
        maybe(
            "customer",
            _("Customer's number"),
            "customerid customer customerno customernumber clientid клиент кодклиента номерклиента "
            "клиентскиномер",
        ),
        maybe("card", _("Card"), "card cardnumber loyaltycard карта номеркарты клиентскакарта"),
        maybe("phone", _("Phone"), "phone tel mobile телефон"),
        maybe("email", _("E-mail"), "email mail emailaddress почта имейл"),
        maybe("language", _("Language"), "language lang locale язык език"),
        maybe("url", _("Link"), "url link address ссылка връзка линк"),
        maybe("shop", _("Short name of the shop"), "shop store branch магазин обект"),
    )

    def reader(self, job: ImportJob) -> ReviewReader:
        return ReviewReader(
            ColumnMap.from_json(job.mapping),
            shop=job.shop,
            shops=frozenset(Shop.objects.values_list("slug", flat=True)),
            zone=ZoneInfo(job.time_zone),
            width=len(job.header),
            at=job.created_at,
        )

    def keys(self, record: Review) -> Collection[Hashable]:
        return [(record.site, record.key)]

    def foresee(self, job: ImportJob, records: Mapping[int, Review]) -> Mapping[int, Verdict]:
        known, erased = _known(records.values()), _erased(records.values())
        return {number: _verdict(review, known, erased) for number, review in records.items()}

    def keep(self, job: ImportJob, records: Mapping[int, Review], *, at: datetime) -> Mapping[int, Verdict]:
        """Seven queries, and one fact for each whose author is known. A review that somebody was quicker with fails
        on its key, and the chunk is tried again."""
        verdicts = self.foresee(job, records)
        news = [records[number] for number, verdict in verdicts.items() if verdict == Outcome.NEW]
        drawing, customers = routing.drawn(at=at), _customers(news)
        shops = dict(Shop.objects.values_list("slug", "pk"))
        default = LANGUAGES.get(job.shop.region, "en")
        kept = Feedback.objects.bulk_create(
            _feedback(
                one,
                place=drawing,
                language=one.language or language_of(one.text, known=default),
                customer=customers.get(one.key),
                shop=shops.get(one.shop, job.shop_id),
                at=at,
            )
            for one in news
        )
        facts = [routing.told(its, is_history=True) for its in kept if its.customer_id]
        timeline.record_all(sorted(facts, key=lambda one: one.occurred_at))
        return verdicts


def _feedback(
    review: Review,
    *,
    place: routing.Map,
    language: str,
    customer: int | None,
    shop: int,
    at: datetime,
) -> Feedback:
    feedback = Feedback(
        source=Source.REVIEW,
        source_name=review.site,
        source_id=review.key,
        customer_id=customer,
        author_name=review.author,
        shop_id=shop,
        language=language,
        text=review.text,
        rating=review.rating,
        url=review.url,
        occurred_at=review.written_at,
        recorded_at=at,
    )
    place.place_of(review.text, language=language).put(feedback, at=at)
    return feedback


def _verdict(
    review: Review, known: Collection[tuple[str, str]], erased: Collection[Key]
) -> Outcome | RowRefusal:
    if (review.site, review.key) in known:
        return Outcome.KNOWN
    if any(sign.key in erased for sign in review.signs):
        return RowRefusal.ERASED
    return Outcome.NEW


def _known(reviews: Iterable[Review]) -> Collection[tuple[str, str]]:
    keys = [review.key for review in reviews]
    found = Feedback.objects.filter(source=Source.REVIEW, source_id__in=keys)
    return set(found.values_list("source_name", "source_id"))


def _erased(reviews: Iterable[Review]) -> Collection[Key]:
    return erased_among(sorted({sign.key for review in reviews for sign in review.signs}))


def _customers(reviews: Sequence[Review]) -> Mapping[str, int]:
    """Whose each is, by its key."""
    owners = owners_of(sorted({sign.key for review in reviews for sign in review.signs}))
    named = {review.key: _whose(review, owners) for review in reviews}
    return {key: customer for key, customer in named.items() if customer}


def _whose(review: Review, owners: Mapping[Key, Sequence[Owner]]) -> int | None:
    """The shop's own number and its cards decide. A phone or an e-mail does where it is one person's alone."""
    strong = {
        owner.customer_id
        for sign in review.signs
        if sign.is_strong
        for owner in owners.get(sign.key, ())
        if owner.is_verified
    }
    anybody = {owner.customer_id for sign in review.signs for owner in owners.get(sign.key, ())}
    found = strong or anybody
    return found.pop() if len(found) == 1 else None
