"""The codes of a pool: made, brought in from a file, taken out as one."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from crm import exporting
from crm.errors import Refusal
from crm.exporting import Column
from crm.pages.files import csv_file
from crm.pages.requests import StaffRequest
from crm.words.wording import number
from loyalty import reward_tasks
from loyalty.coupons import coupon_codes
from loyalty.models import Coupon, CouponBatch, CouponPool

log = logging.getLogger(__name__)
BATCHES_SHOWN = 20
LINES_NAMED = 10
LARGEST_FILE_BYTES = 5 * 1024 * 1024

COLUMNS: Sequence[Column] = (
    Column(gettext_lazy("code"), lambda coupon: coupon.code),
    Column(gettext_lazy("times left"), lambda coupon: coupon.uses_left),
    Column(gettext_lazy("holder"), lambda coupon: coupon.holder_id),
    Column(gettext_lazy("until"), lambda coupon: coupon.valid_until),
    Column(gettext_lazy("blocked"), lambda coupon: coupon.blocked_at),
)


class BatchForm(forms.Form):
    wanted = forms.IntegerField(
        label=gettext_lazy("How many codes"), min_value=1, max_value=coupon_codes.MOST_WANTED
    )
    beginning = forms.CharField(
        label=gettext_lazy("They begin with"),
        max_length=8,
        required=False,
        help_text=gettext_lazy("Empty: nothing. Thirteen letters that nobody can guess follow."),
    )

    def clean_beginning(self) -> str:
        beginning: str = self.cleaned_data["beginning"]
        if beginning and not (beginning.isalnum() and len(beginning) >= 3):
            raise forms.ValidationError(_("Use three to eight letters and digits, or nothing."))
        return beginning


class FileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("A file with codes"),
        help_text=gettext_lazy("CSV in UTF-8, one code on a line, 100,000 at most."),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE_BYTES:
            raise forms.ValidationError(_("The file is larger than 5 MB. Split it into several."))
        return file


class SharedForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("A code that you choose"),
        max_length=coupon_codes.LONGEST,
        help_text=gettext_lazy("Such as SPRING10: easily said, and easily guessed."),
    )

    def clean_code(self) -> str:
        try:
            return coupon_codes.normal(self.cleaned_data["code"])
        except ValueError as error:
            raise forms.ValidationError(_("Use at least three letters and digits.")) from error


@never_cache
@require_GET
@permission_required("loyalty.view_couponpool", raise_exception=True)
def codes(request: StaffRequest, pk: int) -> HttpResponse:
    return _page(request, get_object_or_404(CouponPool.objects.select_related("programme"), pk=pk))


@require_POST
@permission_required("loyalty.change_couponpool", raise_exception=True)
def batches(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask for codes: a worker makes them."""
    pool = get_object_or_404(CouponPool.objects.select_related("programme"), pk=pk)
    form = BatchForm(request.POST)
    if not form.is_valid():
        return _page(request, pool, batch_form=form)
    batch = coupon_codes.open_batch(
        pool,
        wanted=form.cleaned_data["wanted"],
        prefix=form.cleaned_data["beginning"],
        by=request.user,
        at=timezone.now(),
    )
    reward_tasks.start_batch(batch)
    return _back(pk)


@require_POST
@permission_required("loyalty.change_couponpool", raise_exception=True)
def cancellation(request: StaffRequest, pk: int) -> HttpResponse:
    batch = get_object_or_404(CouponBatch, pk=pk)
    coupon_codes.cancel_batch(batch, at=timezone.now())
    messages.success(request, _("No more codes are made. Those that were made stay."))
    return _back(batch.pool_id)


@require_POST
@permission_required("loyalty.change_couponpool", raise_exception=True)
def files(request: StaffRequest, pk: int) -> HttpResponse:
    """Codes made elsewhere come in."""
    pool = get_object_or_404(CouponPool.objects.select_related("programme"), pk=pk)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, pool, file_form=form)
    try:
        result = coupon_codes.import_codes(pool, form.cleaned_data["file"], at=timezone.now())
    except Refusal as refused:
        form.add_error("file", str(refused.title))
        return _page(request, pool, file_form=form)
    _say(request, result)
    return _back(pk)


@require_POST
@permission_required("loyalty.change_couponpool", raise_exception=True)
def shared(request: StaffRequest, pk: int) -> HttpResponse:
    """One code that everybody may know."""
    pool = get_object_or_404(CouponPool.objects.select_related("programme"), pk=pk)
    form = SharedForm(request.POST)
    if not form.is_valid():
        return _page(request, pool, shared_form=form)
    if not coupon_codes.add_code(pool, form.cleaned_data["code"], at=timezone.now()):
        form.add_error("code", _("This code is taken already. Choose another one."))
        return _page(request, pool, shared_form=form)
    messages.success(request, _("The code can be used now."))
    return _back(pk)


@require_GET
@permission_required("loyalty.take_codes_out", raise_exception=True)
def export(request: StaffRequest, pk: int) -> Any:
    """Every code of the pool as CSV, however many there are."""
    pool = get_object_or_404(CouponPool, pk=pk)
    log.info("codes taken out", extra={"pool": pool.pk, "user_id": request.user.pk})
    pieces = exporting.csv_of(Coupon.objects.filter(pool=pool), COLUMNS)
    return csv_file(pieces, name=f"codes-{pool.pk}", on=timezone.localdate())


def _page(request: StaffRequest, pool: CouponPool, **forms_given: Any) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("Codes of “%(pool)s”") % {"pool": pool},
        "pool": pool,
        "gives": pool.gives.aloud(pool.programme.currency),
        "batches": pool.batches.select_related("started_by").order_by("-pk")[:BATCHES_SHOWN],
        "is_at_work": pool.batches.at_work().exists(),
        "may_change": request.user.has_perm("loyalty.change_couponpool"),
        "may_export": request.user.has_perm("loyalty.take_codes_out"),
        "batch_form": BatchForm(),
        "file_form": FileForm(),
        "shared_form": SharedForm(),
        **forms_given,
    }
    part = "loyalty/rewards/_batches.html" if request.htmx else "loyalty/rewards/codes.html"
    return TemplateResponse(request, part, context)


def _say(request: StaffRequest, result: coupon_codes.Imported) -> None:
    text = ngettext("%(count)s new code came in.", "%(count)s new codes came in.", result.new)
    messages.success(request, text % {"count": number(result.new)})
    if result.known:
        text = ngettext(
            "%(count)s code was known already and stays as it is.",
            "%(count)s codes were known already and stay as they are.",
            result.known,
        )
        messages.info(request, text % {"count": number(result.known)})
    if lines := result.unreadable_lines:
        named = ", ".join(str(line) for line in lines[:LINES_NAMED])
        text = ngettext(
            "%(count)s line holds no code: %(lines)s.",
            "%(count)s lines hold no code, the first: %(lines)s.",
            len(lines),
        )
        messages.warning(request, text % {"count": number(len(lines)), "lines": named})


def _back(pool_pk: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("rewards:codes", args=[pool_pk]))
