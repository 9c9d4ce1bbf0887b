from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.notices.base import Notice, Variable, Words


class IssueChangedNotice(Notice):
    """“You said, we did”: to whoever said it."""

    name = "issue_changed"
    label = _("What customers complained of was changed")
    purpose = "advertising"
    is_on_at_first = True
    variables = {
        "change.words": Variable(
            label=_("what was changed, as the issue says it"),
            samples={
                "ru": "Теперь курьер звонит за час до приезда.",
                "bg": "Вече куриерът се обажда час преди да дойде.",
                "": "The courier now calls an hour before coming.",
            },
        )
    }
    words = {
        "ru": Words(
            subject="Вы сказали, мы изменили",
            long=(
                "{{ customer.first_name|Добрый день }}!\n\n"
                "Недавно вы рассказали, что было не так. Спасибо: мы это изменили.\n\n"
                "{{ change.words }}\n\n"
                "Если снова что-то не так, просто ответьте на это сообщение."
            ),
            short="{{ company.name }}: вы сказали, мы изменили. {{ change.words }}",
        ),
        "bg": Words(
            subject="Вие казахте, ние променихме",
            long=(
                "{{ customer.first_name|Добър ден }}!\n\n"
                "Неотдавна ни казахте какво не е наред. Благодарим Ви: променихме го.\n\n"
                "{{ change.words }}\n\n"
                "Ако нещо пак не е наред, просто отговорете на това съобщение."
            ),
            short="{{ company.name }}: Вие казахте, ние променихме. {{ change.words }}",
        ),
        "en": Words(
            subject="You said it, we changed it",
            long=(
                "{{ customer.first_name|Hello }}!\n\n"
                "Not long ago you told us what was wrong. Thank you: we have changed it.\n\n"
                "{{ change.words }}\n\n"
                "If anything is not right again, just answer this message."
            ),
            short="{{ company.name }}: you said it, we changed it. {{ change.words }}",
        ),
    }
