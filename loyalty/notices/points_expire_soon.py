from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.notices.base import Notice, Variable, Words


class PointsExpireSoonNotice(Notice):
    name = "points_expire_soon"
    label = _("Points expire soon")
    variables = {
        "points": Variable(label=_("how many points"), samples={"": "250"}),
        "expires_on": Variable(
            label=_("the last day of the points"),
            samples={"ru": "30 ноября", "bg": "30 ноември", "": "30 November"},
        ),
    }
    words = {
        "ru": Words(
            subject="Скоро сгорят баллы: {{ points }}",
            long=(
                "{{ customer.first_name|Добрый день }}!\n\n"
                "{{ expires_on }} сгорит {{ points }} {{ points|plural:балл,балла,баллов }}. До этого "
                "дня ими можно оплатить покупку."
            ),
            short=(
                "{{ company.name }}: {{ expires_on }} сгорит {{ points }} "
                "{{ points|plural:балл,балла,баллов }}."
            ),
        ),
        "bg": Words(
            subject="Скоро изтичат точки: {{ points }}",
            long=(
                "{{ customer.first_name|Добър ден }}!\n\n"
                "На {{ expires_on }} изтичат {{ points }} {{ points|plural:точка,точки }}. Дотогава "
                "можете да платите с тях покупка."
            ),
            short=(
                "{{ company.name }}: на {{ expires_on }} изтичат {{ points }} "
                "{{ points|plural:точка,точки }}."
            ),
        ),
        "en": Words(
            subject="Points expire soon: {{ points }}",
            long=(
                "{{ customer.first_name|Hello }}!\n\n"
                "On {{ expires_on }} {{ points }} {{ points|plural:point,points }} expire. Until then "
                "they can pay for a purchase."
            ),
            short=(
                "{{ company.name }}: {{ points }} {{ points|plural:point,points }} expire on "
                "{{ expires_on }}."
            ),
        ),
    }
