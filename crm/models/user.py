from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A sign-in without a password cannot be used until one is set."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who can sign in: an agent, a manager, or (with `customer` set) a customer, who is never staff."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=150, help_text=_("As customers see it under an answer."))
    language = models.CharField(
        _("language"),
        max_length=5,
        choices=settings.LANGUAGES,
        blank=True,
        help_text=_("Empty: as the browser says."),
    )
    customer = models.OneToOneField(
        "crm.Customer",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="sign_in",
        verbose_name=_("customer"),
    )
    shops = models.ManyToManyField(
        "crm.Shop",
        blank=True,
        related_name="colleagues",
        verbose_name=_("shops they work in"),
        help_text=_("A cashier sees the orders of these shops alone; without a shop, none."),
    )
    is_staff = models.BooleanField(_("works here"), default=False)
    is_active = models.BooleanField(_("may sign in"), default=True)
    joined_at = models.DateTimeField(_("since"), auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = UserManager()

    class Meta:
        verbose_name = _("colleague")
        verbose_name_plural = _("colleagues")
        permissions = [("see_every_shop", _("Can see the orders of every shop"))]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(customer=None) | models.Q(is_staff=False, is_superuser=False),
                name="customer_is_never_staff",
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @cached_property
    def shops_seen(self) -> frozenset[int] | None:
        """Ids of the shops whose orders they see; None for those of every shop. One query, for those it narrows."""
        if self.has_perm("crm.see_every_shop"):
            return None
        return frozenset(self.shops.values_list("pk", flat=True))

    @property
    def initials(self) -> str:
        return "".join(word[0] for word in str(self).split()[:2]).upper()
