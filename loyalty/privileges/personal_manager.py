from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from loyalty.privileges.base import Privilege


@dataclass(frozen=True, kw_only=True)
class PersonalManager(Privilege):
    kind = "personal_manager"
    label = gettext_lazy("A personal manager")
