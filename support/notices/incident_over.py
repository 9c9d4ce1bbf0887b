from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.notices.base import Notice, Words


class IncidentOverNotice(Notice):
    """It goes to whoever asked as well: they may have no order, so it speaks of none."""

    name = "incident_over"
    label = _("What went wrong for many is put right")
    is_on_at_first = True
    words = {
        "ru": Words(
            subject="Всё снова работает",
            long=(
                "{{ customer.first_name|Добрый день }}!\n\n"
                "Сбой, о котором мы писали, устранён. Спасибо за терпение. Если что-то всё же не так, просто "
                "ответьте на это сообщение."
            ),
            short="{{ company.name }}: сбой устранён. Спасибо за терпение.",
        ),
        "bg": Words(
            subject="Всичко отново работи",
            long=(
                "{{ customer.first_name|Добър ден }}!\n\n"
                "Проблемът, за който Ви писахме, е отстранен. Благодарим за търпението. Ако нещо все пак не е "
                "наред, просто отговорете на това съобщение."
            ),
            short="{{ company.name }}: проблемът е отстранен. Благодарим за търпението.",
        ),
        "en": Words(
            subject="Everything works again",
            long=(
                "{{ customer.first_name|Hello }}!\n\n"
                "What went wrong is put right. Thank you for your patience. If anything is still not as it "
                "should be, just answer this message."
            ),
            short="{{ company.name }}: what went wrong is put right. Thank you for your patience.",
        ),
    }
