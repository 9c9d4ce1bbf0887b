"""Members named in a body or a parameter: who is not known is a fault of what was sent, not of the address."""

from django.http import Http404

from loyalty.api.shapes import member_or_404
from loyalty.errors import UnknownMember
from loyalty.models import Member


def member_named(pk: int) -> Member:
    """The member who goes on for this id.

    Raises:
        UnknownMember
    """
    try:
        return member_or_404(pk)
    except Http404 as error:
        raise UnknownMember from error
