from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from crm.importing import joining
from crm.importing.columns import Column, ColumnMap, maybe
from crm.importing.kinds.row_by_row import RowByRow, Verdict
from crm.importing.people import Person, PersonReader
from crm.models import ImportJob


class Customers(RowByRow[Person]):
    """People, with how they are recognised and what they agreed to. See `joining` for who is taken to be whom."""

    name = "customers"
    label = _("Customers")
    file_said = _("one row for each customer")
    brings = (
        _("Names, phones, e-mail addresses, cards, birthdays and addresses; what is on record already stays"),
        _(
            "Consents with the date and the purpose that stand in the file; without them nobody gets advertising"
        ),
        _("Nobody who was erased: such rows are left out and counted"),
    )
    columns: ClassVar[Sequence[Column]] = (
        maybe(
            "number",
            _("Customer's number"),
            "id number customerid customer customerno customernumber externalid clientid client "
            "клиент кодклиента номерклиента ид клиентскиномер номернаклиент",
        ),
        maybe("family_name", _("Family name"), "familyname lastname surname фамилия фамилно"),
        maybe("given_name", _("Given name"), "givenname firstname name имя име собственоиме"),
        maybe("patronymic", _("Patronymic"), "patronymic middlename отчество презиме бащиноиме"),
        maybe(
            "phone",
            _("Phone"),
            "phone phones telephone tel mobile mobilephone phonenumber телефон телефоны мобильный "
            "мобильныйтелефон номертелефона мобилен телефоненномер",
        ),
        maybe("second_phone", _("Second phone"), "phone2 secondphone otherphone телефон2 второйтелефон"),
        maybe("email", _("E-mail"), "email emails mail emailaddress почта электроннаяпочта имейл емейл"),
        maybe("second_email", _("Second e-mail"), "email2 secondemail otheremail почта2 имейл2"),
        maybe(
            "card",
            _("Card"),
            "card cardnumber cardno loyaltycard discountcard карта номеркарты бонуснаякарта дисконтнаякарта "
            "клиентскакарта номернакарта",
        ),
        maybe(
            "birthday",
            _("Birthday"),
            "birthday birthdate dateofbirth dob деньрождения датарождения датанараждане рожденден",
            is_date=True,
        ),
        maybe("language", _("Language"), "language lang locale язык език"),
        maybe(
            "known_since",
            _("Customer since"),
            "since knownsince customersince registered registeredat registrationdate createdat "
            "датарегистрации клиентс регистрация датанарегистрация",
            is_date=True,
        ),
        maybe("country", _("Country, two letters"), "country countrycode страна държава"),
        maybe("region", _("Region"), "region state province область регион"),
        maybe("city", _("City"), "city town город град"),
        maybe("postal_code", _("Postal code"), "postalcode postcode zip zipcode индекс пощенскикод"),
        maybe("street", _("Street, house, flat"), "street address address1 улица адрес"),
        maybe(
            "agrees_processing",
            _("Agrees to the processing of personal data"),
            "processing processingconsent consentprocessing обработка обработкаперсональныхданных "
            "обработканаличниданни",
        ),
        maybe(
            "agrees_advertising",
            _("Agrees to advertising by every channel"),
            "advertising marketing marketingconsent consentadvertising acceptsmarketing согласиенарекламу "
            "реклама маркетинг",
        ),
        maybe(
            "agrees_email",
            _("Agrees to advertising by e-mail"),
            "emailconsent consentemail emailmarketing acceptsemailmarketing newsletter emailрассылка "
            "рассылкаemail бюлетин",
        ),
        maybe(
            "agrees_sms",
            _("Agrees to advertising by SMS"),
            "smsconsent consentsms smsmarketing acceptssmsmarketing smsрассылка рассылкаsms",
        ),
        maybe("agrees_phone", _("Agrees to advertising by phone calls"), "callconsent consentphone звонки"),
        maybe("agrees_telegram", _("Agrees to advertising in Telegram"), "telegramconsent consenttelegram"),
        maybe("agrees_viber", _("Agrees to advertising in Viber"), "viberconsent consentviber"),
        maybe("agrees_post", _("Agrees to advertising by letters"), "postconsent consentpost"),
        maybe(
            "purpose", _("What was agreed to"), "purpose purposes consentpurpose цель цели целнасъгласието"
        ),
        maybe("decision", _("Agreed or withdrawn"), "consent decision consentgiven согласие съгласие"),
        maybe(
            "consented_at",
            _("Date of the consent"),
            "consentdate consentat consentedat dateofconsent датасогласия датанасъгласието",
            is_date=True,
        ),
        maybe(
            "consent_source",
            _("Where the consent comes from"),
            "consentsource sourceofconsent источниксогласия източникнасъгласието",
        ),
    )

    def reader(self, job: ImportJob) -> PersonReader:
        return PersonReader(
            ColumnMap.from_json(job.mapping),
            shop=job.shop,
            zone=ZoneInfo(job.time_zone),
            width=len(job.header),
            at=job.created_at,
        )

    def keys(self, record: Person) -> Collection[Hashable]:
        return [sign.key for sign in record.signs]

    def foresee(self, job: ImportJob, records: Mapping[int, Person]) -> Mapping[int, Verdict]:
        return joining.look(records).verdicts

    def keep(self, job: ImportJob, records: Mapping[int, Person], *, at: datetime) -> Mapping[int, Verdict]:
        return joining.keep(job, records, at=at)
