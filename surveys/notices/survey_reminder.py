from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.notices.base import Notice, Words
from surveys.notices.variables import SURVEY


class SurveyReminder(Notice):
    name = "survey_reminder"
    label = _("Somebody who has not answered a survey is reminded, once")
    is_on_at_first = True
    variables = SURVEY
    words = {
        "ru": Words(
            subject="{{ survey.title }}",
            long=(
                "{{ customer.first_name|Добрый день }}!\n\n"
                "Нам по-прежнему важно ваше мнение.\n\n{{ survey.question }}\n\nОтвет займёт минуту: "
                "{{ survey.link }}\n\n"
                "Больше об этом не напомним."
            ),
            short="{{ company.name }}: ждём ваш ответ. {{ survey.title }} {{ survey.link }}",
        ),
        "bg": Words(
            subject="{{ survey.title }}",
            long=(
                "{{ customer.first_name|Добър ден }}!\n\n"
                "Мнението Ви все още е важно за нас.\n\n{{ survey.question }}\n\nОтговорът отнема минута: "
                "{{ survey.link }}\n\n"
                "Повече няма да напомняме за това."
            ),
            short="{{ company.name }}: очакваме отговора Ви. {{ survey.title }} {{ survey.link }}",
        ),
        "en": Words(
            subject="{{ survey.title }}",
            long=(
                "{{ customer.first_name|Hello }}!\n\n"
                "We would still like to hear from you.\n\n{{ survey.question }}\n\nIt takes a minute: "
                "{{ survey.link }}\n\n"
                "We will not remind you again."
            ),
            short="{{ company.name }}: we would like to hear from you. {{ survey.title }} {{ survey.link }}",
        ),
    }
