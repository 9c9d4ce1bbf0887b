"""A shop's past from a page: hand over a file, confirm its columns, see what would happen, let it happen, watch it."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from crm.errors import Refusal
from crm.importing import jobs, reporting, tasks
from crm.importing.cells import DATE_ORDERS
from crm.importing.columns import Column, ColumnMap
from crm.importing.files import LARGEST_FILE, Glimpse
from crm.importing.kinds import Kind, kind_of, kinds
from crm.importing.refusals import FileTooLarge, title_of
from crm.models import ImportJob, Shop
from crm.pages import long_work, repeated_imports
from crm.pages.requests import StaffRequest
from crm.words.wording import number

SAMPLE_SHOWN = 5
OTHERS = ("layout", "dates", "currency", "time_zone")
DATES_SAID = {"day-first": _("Day first: 31.12.2025"), "month-first": _("Month first: 12/31/2025")}


class FileForm(forms.Form):
    kind = forms.ChoiceField(label=_("What comes in"))
    shop = forms.ModelChoiceField(Shop.objects.all(), label=_("Shop"), empty_label=None)
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV (plain or gzipped) or XLSX, its columns named in the first row."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.gz,.xlsx"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = forms.ChoiceField(
            label=_("What comes in"), choices=[(kind.name, kind.label) for kind in kinds()]
        )

    def clean_file(self) -> UploadedFile[Any]:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_FILE:
            raise forms.ValidationError(str(FileTooLarge.title))
        return file


class ColumnsForm(forms.Form):
    """Which column says what, and what else the kind asks of its files. `header` is the file's own."""

    layout = forms.ChoiceField(label=_("Layout"))
    dates = forms.ChoiceField(
        label=_("Dates are written"), choices=[(order, DATES_SAID[order]) for order in DATE_ORDERS]
    )
    currency = forms.RegexField(
        r"^[A-Z]{3}$", label=_("Currency"), help_text=_("Three letters: EUR, RUB, GBP.")
    )
    time_zone = forms.CharField(
        label=_("Time zone of the dates"), max_length=50, help_text=_("Such as Europe/Sofia.")
    )

    def __init__(self, *args: Any, kind: Kind, header: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.fields["layout"].choices = [(one.name, one.label) for one in kind.layouts]  # type: ignore[attr-defined]
        for name in OTHERS:
            if name not in kind.asks:
                del self.fields[name]
        titles = [(str(place), title or str(place + 1)) for place, title in enumerate(header)]
        for column in kind.columns:
            self.fields[column.name] = forms.ChoiceField(
                label=str(column.label),
                choices=titles if column.is_required else [("", _("not in this file")), *titles],
                required=column.is_required,
            )

    def column_map(self) -> ColumnMap:
        chosen = {column.name: self.cleaned_data[column.name] for column in self.kind.columns}
        return ColumnMap(
            positions={name: int(place) for name, place in chosen.items() if place},
            dates=self.cleaned_data.get("dates") or DATE_ORDERS[0],
        )


@require_http_methods(["GET", "POST"])
@permission_required("crm.add_importjob", raise_exception=True)
def new(request: StaffRequest) -> HttpResponse:
    """`?kind=` chooses what comes in, for whoever was sent here."""
    form = FileForm(
        request.POST or None,
        request.FILES or None,
        initial={"kind": request.GET.get("kind", kinds()[0].name)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            job = _open(form, request)
        except Refusal as refusal:
            form.add_error("file", str(refusal.title))
        else:
            return HttpResponseRedirect(_page_of(job))
    context = {
        **admin.site.each_context(request),
        "title": gettext("Import a file"),
        "form": form,
        "kinds": kinds(),
    }
    return TemplateResponse(request, "crm/imports/new.html", context, status=422 if form.errors else 200)


def _open(form: FileForm, request: StaffRequest) -> ImportJob:
    """Keep the file under a name of ours. Raises the refusals of `jobs.open_job`; then nothing is kept."""
    file: UploadedFile[Any] = form.cleaned_data["file"]
    stored_as = default_storage.save(f"imports/{uuid.uuid4().hex}", file)
    try:
        return jobs.open_job(
            Path(default_storage.path(stored_as)),
            file_name=file.name or "",
            shop=form.cleaned_data["shop"],
            kind=form.cleaned_data["kind"],
            stored_as=stored_as,
            started_by=request.user,
            at=timezone.now(),
        )
    except Refusal:
        default_storage.delete(stored_as)
        raise


@require_GET
@permission_required("crm.view_importjob", raise_exception=True)
def job(request: StaffRequest, pk: int) -> HttpResponse:
    """The job as it stands; or, for htmx, how far it is, until the whole page has something new to say."""
    found = _job(pk)
    if request.htmx and not found.is_at_work:
        return HttpResponseClientRefresh()
    if request.htmx:
        return TemplateResponse(request, "crm/imports/_progress.html", _progress(found))
    return _show(request, found)


@require_POST
@permission_required("crm.add_importjob", raise_exception=True)
def columns(request: StaffRequest, pk: int) -> HttpResponse:
    """The columns are confirmed: read the file, and show what would happen."""
    found = _job(pk)
    form = ColumnsForm(request.POST, kind=kind_of(found), header=found.header)
    if not form.is_valid():
        return _show(request, found, form, status=422)
    try:
        jobs.begin(
            found,
            columns=form.column_map(),
            layout=form.cleaned_data.get("layout", found.layout),
            currency=form.cleaned_data.get("currency", found.currency),
            time_zone=form.cleaned_data.get("time_zone", found.time_zone),
            at=timezone.now(),
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal.title))
        return _show(request, found, form, status=422)
    tasks.start_import(found)
    return HttpResponseRedirect(_page_of(found))


@require_POST
@permission_required("crm.add_importjob", raise_exception=True)
def confirmation(request: StaffRequest, pk: int) -> HttpResponse:
    found = _job(pk)
    long_work.do(request, jobs.confirm, found, start=tasks.start_import)
    return HttpResponseRedirect(_page_of(found))


@require_POST
@permission_required("crm.add_importjob", raise_exception=True)
def cancellation(request: StaffRequest, pk: int) -> HttpResponse:
    found = _job(pk)
    long_work.do(request, jobs.cancel, found)
    return HttpResponseRedirect(_page_of(found))


@require_POST
@permission_required("crm.add_importjob", raise_exception=True)
def resumption(request: StaffRequest, pk: int) -> HttpResponse:
    found = _job(pk)
    long_work.do(request, jobs.go_on, found, start=tasks.start_import)
    return HttpResponseRedirect(_page_of(found))


@require_GET
@permission_required("crm.view_importjob", raise_exception=True)
def refused(request: StaffRequest, pk: int) -> HttpResponse:
    found = _job(pk)
    response = StreamingHttpResponse(reporting.refused_rows(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="refused-rows-{found.pk}.csv"'
    return response  # type: ignore[return-value]  # both are what a view may answer


def _job(pk: int) -> ImportJob:
    return get_object_or_404(ImportJob.objects.select_related("shop", "started_by"), pk=pk)


def _page_of(job: ImportJob) -> str:
    return reverse("crm:import", args=[job.pk])


def _show(
    request: StaffRequest, found: ImportJob, form: ColumnsForm | None = None, *, status: int = 200
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": found.file_name,
        "kind": kind_of(found),
        "may_act": request.user.has_perm("crm.add_importjob"),
        **_progress(found),
    }
    if found.state == jobs.State.UPLOADED and found.file:
        context |= _columns(found, form)
    if found.read_at:
        context["report"] = reporting.report(found)
    if found.error:
        context["error"] = title_of(found.error)
    if found.state == jobs.State.DONE:
        context |= repeated_imports.panel(found, at=timezone.now())
    return TemplateResponse(request, "crm/imports/job.html", context, status=status)


def _columns(found: ImportJob, form: ColumnsForm | None) -> dict[str, Any]:
    guessed = ColumnMap.from_json(found.mapping)
    sample: Glimpse = jobs.look_at(Path(found.file.path), found.file_name)
    first = {
        "layout": found.layout,
        "dates": guessed.dates,
        "currency": found.currency,
        "time_zone": found.time_zone,
        **{name: str(place) for name, place in guessed.positions.items()},
    }
    kind = kind_of(found)
    form = form or ColumnsForm(initial=first, kind=kind, header=found.header)
    return {
        "form": form,
        "column_fields": [form[column.name] for column in kind.columns if _is_asked(column, guessed, form)],
        "more_fields": [form[column.name] for column in kind.columns if not _is_asked(column, guessed, form)],
        "other_fields": [form[name] for name in OTHERS if name in kind.asks],
        "sample": sample.rows[:SAMPLE_SHOWN],
    }


def _is_asked(column: Column, guessed: ColumnMap, form: ColumnsForm) -> bool:
    """At once: what is needed, what the file seems to have, and what was chosen; the rest on demand."""
    return column.is_required or column.name in guessed.positions or bool(form[column.name].value())


def _progress(found: ImportJob) -> dict[str, Any]:
    return {
        "job": found,
        "rate": _rate_said(found),
        "left": _left_said(found.seconds_left),
        "is_silent": found.is_at_work and found.is_silent(timezone.now()),
    }


def _rate_said(found: ImportJob) -> str:
    rate = round(found.rows_per_second)
    if not rate:
        return ""
    text = ngettext("%(count)s row a second", "%(count)s rows a second", rate)
    return text % {"count": number(rate)}


def _left_said(seconds: int | None) -> str:
    if seconds is None:
        return ""
    if seconds < 60:
        text = ngettext("about %(count)s second left", "about %(count)s seconds left", seconds)
        return text % {"count": number(seconds)}
    minutes = round(seconds / 60)
    text = ngettext("about %(count)s minute left", "about %(count)s minutes left", minutes)
    return text % {"count": number(minutes)}
