"""What a key may do: the scope that an operation names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from crm.api.errors import ScopeMissing

if TYPE_CHECKING:
    from crm.api.views import ApiView


class HasScope(BasePermission):
    def has_permission(self, request: Request, view: ApiView) -> bool:  # type: ignore[override]
        operation = view.operation
        if operation and not view.key.allows(operation.scope):
            raise ScopeMissing(scope=operation.scope)
        return True
