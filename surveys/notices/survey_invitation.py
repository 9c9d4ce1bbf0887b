from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.notices.base import Notice, Words
from surveys.notices.variables import SURVEY


class SurveyInvitation(Notice):
    name = "survey_invitation"
    label = _("Somebody is asked a survey")
    is_on_at_first = True
    variables = SURVEY
    words = {
        "ru": Words(
            subject="{{ survey.title }}",
            long=(
                "{{ customer.first_name|Добрый день }}!\n\n"
                "{{ survey.question }}\n\nОтвет займёт минуту: {{ survey.link }}\n\n"
                "Мы читаем каждый ответ."
            ),
            short="{{ company.name }}: {{ survey.title }} {{ survey.link }}",
        ),
        "bg": Words(
            subject="{{ survey.title }}",
            long=(
                "{{ customer.first_name|Добър ден }}!\n\n"
                "{{ survey.question }}\n\nОтговорът отнема минута: {{ survey.link }}\n\n"
                "Четем всеки отговор."
            ),
            short="{{ company.name }}: {{ survey.title }} {{ survey.link }}",
        ),
        "en": Words(
            subject="{{ survey.title }}",
            long=(
                "{{ customer.first_name|Hello }}!\n\n"
                "{{ survey.question }}\n\nIt takes a minute: {{ survey.link }}\n\n"
                "We read every answer."
            ),
            short="{{ company.name }}: {{ survey.title }} {{ survey.link }}",
        ),
    }
