"""A script is played only after two people agreed on it, and what they agreed on never changes."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from support.models import Script, ScriptVersion
from support.scripts import publishing
from support.scripts.content import UnusableScript
from support.scripts.publishing import (
    NoRemarks,
    NoScriptDraft,
    NothingPublished,
    OwnScript,
    ScriptDraftChanged,
    ScriptNotApproved,
    ScriptNotInReview,
)
from tests.factories import scripts
from tests.factories.tickets import after, agent

pytestmark = pytest.mark.django_db

State = ScriptVersion.State


def played(its: Script) -> list[int]:
    return list(
        Script.objects.in_use(after(days=9)).filter(pk=its.pk).values_list("versions__number", flat=True)
    )


def lead() -> object:
    return agent(role="team lead")


def published(its: Script | None = None) -> ScriptVersion:
    writer, reviewer = lead(), lead()
    draft = publishing.begin(its or scripts.script(), by=writer, at=after())
    draft = publishing.write(draft, tree=scripts.content(), by=writer, at=after())
    publishing.submit(draft, by=writer, at=after(hours=1))
    publishing.approve(draft, by=reviewer, at=after(hours=2))
    return publishing.publish(draft, by=reviewer, at=after(hours=3))


def test_a_script_goes_from_a_draft_to_what_is_played_and_who_and_when_stand_in_it() -> None:
    its = published()

    its.refresh_from_db()
    assert (its.number, its.state) == (1, State.PUBLISHED)
    assert its.approved_by != its.submitted_by == its.written_by
    assert [its.submitted_at, its.approved_at, its.published_at] == [after(hours=n) for n in (1, 2, 3)]
    assert its.content_hash == publishing.digest(its)
    assert played(its.script) == [1]


def test_each_step_can_be_repeated() -> None:
    its = published()
    moment = its.published_at

    again = publishing.publish(its, by=lead(), at=after(days=1))

    assert again.published_at == moment
    draft = publishing.begin(its.script, by=lead(), at=after(days=1))
    assert publishing.begin(its.script, by=lead(), at=after(days=2)) == draft
    writer = lead()
    first = publishing.submit(draft, by=writer, at=after(days=2))
    assert publishing.submit(draft, by=lead(), at=after(days=3)).submitted_at == first.submitted_at
    approved = publishing.approve(draft, by=lead(), at=after(days=3))
    assert publishing.approve(draft, by=lead(), at=after(days=4)).approved_at == approved.approved_at


def test_the_next_version_begins_as_the_one_that_is_played_and_retires_it() -> None:
    first = published()
    second = publishing.begin(first.script, by=lead(), at=after(days=1))
    assert (second.number, second.content) == (2, first.content)

    writer = lead()
    publishing.submit(second, by=writer, at=after(days=1))
    publishing.approve(second, by=lead(), at=after(days=1))
    publisher = lead()
    publishing.publish(second, by=publisher, at=after(days=2))

    first.refresh_from_db()
    assert (first.state, first.retired_by, first.retired_at) == (State.RETIRED, publisher, after(days=2))
    assert played(first.script) == [2]


def test_nobody_approves_what_they_wrote_or_handed_in() -> None:
    writer, other = lead(), lead()
    draft = scripts.draft(written_by=writer)
    publishing.submit(draft, by=other, at=after())

    for own in (writer, other):
        with pytest.raises(OwnScript):
            publishing.approve(draft, by=own, at=after())
    with pytest.raises(ScriptNotApproved):
        publishing.publish(draft, by=lead(), at=after())


def test_the_database_knows_it_too() -> None:
    one = lead()
    with pytest.raises(IntegrityError), transaction.atomic():
        scripts.draft(state="approved", submitted_by=one, approved_by=one, approved_at=after())


def test_a_faulty_draft_is_kept_and_not_handed_in() -> None:
    draft = publishing.begin(scripts.script(), by=lead(), at=after())
    tree = scripts.content()
    tree["steps"][0]["choices"] = []

    kept = publishing.write(draft, tree=tree, by=lead(), at=after())
    with pytest.raises(UnusableScript) as refused:
        publishing.submit(kept, by=lead(), at=after())

    assert "/steps/0/choices" in [fault.pointer for fault in refused.value.faults]
    assert ScriptVersion.objects.get().state == State.DRAFT
    with pytest.raises(UnusableScript):
        publishing.write(draft, tree={"steps": "none"}, by=lead(), at=after())


def test_what_somebody_else_wrote_meanwhile_is_not_written_over() -> None:
    draft = scripts.draft()
    before = publishing.digest(draft)
    tree = scripts.content()
    tree["steps"][0]["tone"] = "warm"
    publishing.write(draft, tree=tree, by=lead(), at=after(), seen=before)

    with pytest.raises(ScriptDraftChanged):
        publishing.write(draft, tree=scripts.content(), by=lead(), at=after(), seen=before)


def test_a_reviewer_sends_it_back_and_says_why() -> None:
    draft = scripts.draft(written_by=lead())
    publishing.submit(draft, by=lead(), at=after())
    reviewer = lead()
    with pytest.raises(NoRemarks):
        publishing.send_back(draft, remarks="  ", by=reviewer, at=after())

    back = publishing.send_back(draft, remarks="Name the day.", by=reviewer, at=after(hours=1))

    assert (back.state, back.remarks, back.sent_back_by) == (State.DRAFT, "Name the day.", reviewer)
    assert back.submitted_by is None
    again = publishing.submit(back, by=lead(), at=after(hours=2))
    assert again.remarks == ""


def test_what_is_no_draft_is_neither_written_nor_thrown_away() -> None:
    its = published()
    for deed in (
        lambda: publishing.write(its, tree=scripts.content(), by=lead(), at=after()),
        lambda: publishing.submit(its, by=lead(), at=after()),
        lambda: publishing.throw_away(its),
    ):
        with pytest.raises(NoScriptDraft):
            deed()
    with pytest.raises(ScriptNotInReview):
        publishing.send_back(its, remarks="x", by=lead(), at=after())


def test_a_draft_thrown_away_is_gone_and_stays_gone() -> None:
    draft = scripts.draft()
    number = draft.pk
    publishing.throw_away(draft)

    assert not ScriptVersion.objects.exists()
    with pytest.raises(NoScriptDraft):
        publishing.submit(ScriptVersion(pk=number, script=draft.script), by=lead(), at=after())


def test_a_retired_script_is_not_begun_any_more() -> None:
    its = published()
    publishing.retire(its.script, by=lead(), at=after(days=1))
    publishing.retire(its.script, by=lead(), at=after(days=1))

    assert played(its.script) == []
    with pytest.raises(NothingPublished):
        publishing.retire(scripts.script("other"), by=lead(), at=after())


@pytest.mark.parametrize("state", ["in_review", "approved", "published", "retired"])
def test_the_database_keeps_what_was_handed_in(state: str) -> None:
    its = scripts.draft(state=state, approved_at=after(), published_at=after())
    rows = ScriptVersion.objects.filter(pk=its.pk)

    for change in ({"content": {}}, {"waived_languages": ["bg"]}, {"number": 7}):
        with pytest.raises(IntegrityError, match="what it says stays"), transaction.atomic():
            rows.update(**change)
    with pytest.raises(IntegrityError, match="it stays"), transaction.atomic():
        rows.delete()


@pytest.mark.parametrize(
    ("state", "to"), [("published", "draft"), ("retired", "published"), ("retired", "draft")]
)
def test_the_database_lets_no_version_come_back(state: str, to: str) -> None:
    its = scripts.draft(state=state, approved_at=after(), published_at=after())
    with pytest.raises(IntegrityError, match="cannot go back"), transaction.atomic():
        ScriptVersion.objects.filter(pk=its.pk).update(state=to)
