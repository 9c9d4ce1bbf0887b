"""Refusals that only HTTP knows."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.errors import Refusal


class BodyMalformed(Refusal):
    code = "malformed-body"
    title = _("The body is not well-formed JSON.")
    status = 400


class BodyTooLarge(Refusal):
    code = "body-too-large"
    title = _("The body may hold 5 MB at most.")
    status = 413


class BodyInvalid(Refusal):
    code = "invalid-body"
    title = _("Some of what was sent is missing, unknown or of the wrong kind.")
    status = 422


class QueryInvalid(Refusal):
    code = "invalid-query"
    title = _("A parameter of the address is unknown, repeated or of the wrong kind.")
    status = 400


class IdempotencyKeyMissing(Refusal):
    code = "idempotency-key-missing"
    title = _("This request needs an Idempotency-Key of 1 to 253 visible characters.")
    status = 400


class PreconditionMissing(Refusal):
    code = "precondition-missing"
    title = _("This request needs an If-Match with the ETag of what it changes.")
    status = 428


class PreconditionFailed(Refusal):
    code = "precondition-failed"
    title = _("It has changed since it was read.")
    status = 412


class NotSignedIn(Refusal):
    code = "key-missing-or-unknown"
    title = _("This needs a valid API key, sent as a bearer token.")
    status = 401


class ScopeMissing(Refusal):
    code = "scope-missing"
    title = _("The API key has no scope for this.")
    status = 403


class NoSuchThing(Refusal):
    code = "not-found"
    title = _("There is nothing here.")
    status = 404


class MethodUnknown(Refusal):
    code = "method-not-allowed"
    title = _("This address does not take this method.")
    status = 405


class NoSuchFormat(Refusal):
    code = "not-acceptable"
    title = _("The API answers in JSON only.")
    status = 406


class BodyNotJson(Refusal):
    code = "unsupported-media-type"
    title = _("The API reads JSON only.")
    status = 415


class Busy(Refusal):
    code = "busy"
    title = _("Somebody else is changing this at the moment. Please try again.")


class Away(Refusal):
    code = "away-for-a-moment"
    title = _(
        "We are away for a moment. Please try again: with the same Idempotency-Key nothing is done twice."
    )
    status = 503


class TooManyRequests(Refusal):
    code = "too-many-requests"
    title = _("This API key has asked too much in a minute. Please wait a little.")
    status = 429


class WentWrong(Refusal):
    code = "internal-error"
    title = _("Something went wrong on our side.")
    status = 500
