"""Why customers come back, and on which channel they answer."""

from __future__ import annotations

from django.utils.translation import gettext as _

from crm.dashboards.charts import Stage, funnel, stacked_shares
from crm.dashboards.dashboard import Figure, Question, Table
from crm.dashboards.tile_words import interval_said, rate_said
from crm.measures.intervals import FEWEST, Share
from crm.messages.channel_names import channel_name
from crm.models import LoyaltyKind
from crm.words.wording import number, percent
from crm.worth.census import Aspect
from crm.worth.figures.night import HEEDS, as_of_said, night_of, people
from crm.worth.figures.shared import basis_said, share_said


def kinds_of_loyalty(question: Question) -> Figure | None:
    night = night_of(question)
    rows = night.of(Aspect.KIND) if night else []
    whole = people(rows)
    if night is None or not whole:
        return None
    counts = [people(rows, kind) for kind in (*LoyaltyKind, "")]
    names = [*(str(kind.label) for kind in LoyaltyKind), _("None is strong yet")]
    shares = [Share(count, whole) for count in counts]
    most = max(range(len(LoyaltyKind)), key=lambda place: counts[place])
    return Figure(
        title=_("Why customers come back"),
        value=share_said(shares[most]),
        small=names[most],
        basis=basis_said(shares[most]),
        chart=None
        if whole < FEWEST
        else stacked_shares(
            name=_("Customers by the kind of loyalty that leads"),
            rows=[(_("Customers"), number(whole), counts)],
            legend=names,
            say=lambda share: percent(share, 1),
        ),
        table=Table(
            head=(_("Kind of loyalty"), _("Customers"), _("Share"), _("95 %")),
            rows=[
                (name, number(share.count), rate_said(share), interval_said(share))
                for name, share in zip(names, shares, strict=True)
            ],
        ),
        heeds=HEEDS,
        definition=(
            _("Rational: for what is saved. Emotional: for liking it. Behavioural: by habit."),
            _("Each has three scores of 0 to 100; the highest leads if it reaches 30."),
            as_of_said(night, question),
        ),
    )


def preferred_channels(question: Question) -> Figure | None:
    night = night_of(question)
    rows = night.of(Aspect.CHANNEL) if night else []
    known = sorted((row for row in rows if row.part), key=lambda row: (-row.customers, row.part))
    if night is None or not known:
        return None
    share = Share(people(known), people(rows))
    declared = sum(row.hits for row in known)
    return Figure(
        title=_("On which channel customers answer"),
        value=share_said(share),
        small=_("of the customers it is known"),
        basis=_("%(declared)s said so themselves; of %(learned)s it is learned from their answers")
        % {"declared": number(declared), "learned": number(share.count - declared)},
        chart=None
        if share.count < FEWEST
        else funnel(
            name=_("Customers by the channel they prefer"),
            stages=[
                Stage(label=str(channel_name(row.part)), count=row.customers, words=number(row.customers))
                for row in known
            ],
        ),
        table=Table(
            head=(_("Channel"), _("Customers"), _("Said so"), _("Share"), _("95 %")),
            rows=[
                (
                    str(channel_name(row.part)),
                    number(row.customers),
                    number(row.hits),
                    rate_said(its),
                    interval_said(its),
                )
                for row in known
                for its in [Share(row.customers, share.count)]
            ],
        ),
        heeds=HEEDS,
        definition=(
            _(
                "What customers said themselves comes first; else where they answer most, with enough messages."
            ),
            as_of_said(night, question),
        ),
    )
