"""Stars, productive ones, question marks, trust to be rebuilt: how many, what they bring, what to do; who is silent."""

from __future__ import annotations

from django.utils.translation import gettext as _

from crm.dashboards.charts import StackedShares, stacked_shares
from crm.dashboards.dashboard import Figure, Question, Table
from crm.dashboards.tile_words import change_said, interval_said, points_said, rate_said, whole_money
from crm.dashboards.ways import both, is_one, to_act, to_people
from crm.measures.intervals import Share
from crm.words.wording import number, percent
from crm.worth.categories import Category
from crm.worth.census import Aspect, Count
from crm.worth.figures.night import HEEDS, Night, as_of_said, night_of, people
from crm.worth.figures.shared import amount_in, basis_said, share_said, to_come_in


def categories(question: Question) -> Figure | None:
    night = night_of(question)
    if night is None:
        return None
    rows = night.of(Aspect.CATEGORY)
    stars = _share(rows, Category.STAR)
    before = _share(night.of_before(Aspect.CATEGORY), Category.STAR)
    acts = {
        Category.STAR: _("Thank the stars"),
        Category.PRODUCTIVE: _("Sell the productive ones more"),
        Category.QUESTION: _("Win the question marks"),
        Category.TRUST: _("Rebuild trust"),
    }
    return Figure(
        title=_("Categories of customers"),
        value=share_said(stars),
        small=_("are stars"),
        basis=basis_said(stars),
        change=change_said(stars.against(before), lambda value: points_said(value, stars.of), since=True),
        chart=None if stars.is_few else _chart(night, rows),
        table=_table(night, rows),
        heeds=HEEDS,
        behind=[
            way
            for category in Category
            if people(rows, category)
            for way in to_people(question, category.label, is_one("customer.category", category))
        ],
        acts=[
            way
            for category in Category
            if people(rows, category)
            for way in to_act(question, acts[category], is_one("customer.category", category))
        ],
        definition=(
            _(
                "A star brings much (among the best two fifths) and keeps buying. A productive one keeps buying."
            ),
            _(
                "A question mark bought once, or has gone silent. Trust is to be rebuilt where much came back."
            ),
            _("A category changes after 30 days of other figures; an alarm about trust counts at once."),
            as_of_said(night, question),
        ),
    )


def silent_customers(question: Question) -> Figure | None:
    night = night_of(question)
    if night is None:
        return None
    rows = night.of(Aspect.CATEGORY)
    found, before = _silent(night.of(Aspect.RISK)), _silent(night.of_before(Aspect.RISK))
    star = _hits(rows, Category.STAR)
    is_silent = is_one("customer.risk", "high")
    silent_stars = both(is_one("customer.category", Category.STAR), is_silent)
    return Figure(
        title=_("Silent customers"),
        value=share_said(found),
        small=_("silent stars: %(count)s") % {"count": number(star.count)},
        basis=basis_said(found),
        change=change_said(
            found.against(before),
            lambda value: points_said(value, found.of),
            since=True,
            rise_is_good=False,
        ),
        table=Table(
            head=(_("Category"), _("Customers"), _("Silent"), _("Share"), _("95 %")),
            rows=[
                (
                    category.label,
                    number(its.of),
                    number(its.count),
                    rate_said(its),
                    interval_said(its),
                )
                for category in Category
                for its in [_hits(rows, category)]
            ],
        ),
        heeds=HEEDS,
        behind=[
            *to_people(question, _("Silent stars"), silent_stars),
            *to_people(question, _("All silent customers"), is_silent),
        ],
        acts=to_act(question, _("Win back the silent stars"), silent_stars) if star.count else (),
        definition=(
            _("Silent: longer without a purchase than nine of ten of the customer's own gaps."),
            _("Who has fewer than four gaps is judged by those who began in the same month."),
            _("Of customers who bought within the last %(days)s days: who did not has stopped buying.")
            % {"days": number(night.valuation.horizon_days)},
            as_of_said(night, question),
        ),
    )


def _share(rows: list[Count], category: Category) -> Share:
    return Share(people(rows, category), people(rows))


def _hits(rows: list[Count], category: Category) -> Share:
    its = [row for row in rows if row.part == category]
    return Share(sum(row.hits for row in its), people(its))


def _silent(rows: list[Count]) -> Share:
    """Of those who bought within the horizon."""
    alive = [row for row in rows if row.part in ("low", "raised", "high")]
    return Share(people(alive, "high"), people(alive))


def _chart(night: Night, rows: list[Count]) -> StackedShares:
    money = [max(float(amount_in(rows, category, night.currency)), 0.0) for category in Category]
    return stacked_shares(
        name=_("Customers and what they brought, by category"),
        rows=[
            (_("Customers"), number(people(rows)), [people(rows, category) for category in Category]),
            (_("Net revenue so far"), night.currency, money),
        ],
        legend=[str(category.label) for category in Category],
        say=lambda share: percent(share, 1),
    )


def _table(night: Night, rows: list[Count]) -> Table:
    whole, currency = people(rows), night.currency
    return Table(
        head=(
            _("Category"),
            _("Customers"),
            _("Share"),
            _("95 %"),
            _("Net revenue so far"),
            _("Revenue to come"),
        ),
        rows=[
            (
                category.label,
                number(its.count),
                rate_said(its),
                interval_said(its),
                whole_money(amount_in(rows, category, currency), currency),
                "" if to_come is None else whole_money(to_come, currency),
            )
            for category in Category
            for its in [Share(people(rows, category), whole)]
            for to_come in [to_come_in(rows, category, currency)]
        ],
    )
