"""How mail programs announce and mark what they quote, as they were met: (whose, the mail, "
"what its writer wrote)."""

OWN = "Здравствуйте!\nПосылка так и не пришла."
QUOTED = "> Посылка отправлена.\n> С уважением, магазин"
PLAIN_QUOTE = "Посылка отправлена.\nС уважением, магазин"

ANNOUNCED = {
    # Russian
    "gmail ru": "сб, 21 нояб. 2026 г. в 10:15, Магазин Липа <help@lipa.example>:",
    "gmail ru, without an address": "21 ноября 2026 г., 10:15 пользователь Магазин Липа написал:",
    "gmail ru, her": "21 ноября 2026 г. в 10:15 пользователь Мария Иванова <m@lipa.example> написала:",
    "gmail ru, wrapped": "21 ноября 2026 г., 10:15 пользователь Магазин Липа с очень длинным именем <\n"
    "help@lipa.example> написал:",
    "mail.ru": "Суббота, 21 ноября 2026, 10:15 +03:00 от Магазин Липа <help@lipa.example>:",
    "yandex": '21.11.2026, 10:15, "Магазин Липа" <help@lipa.example>:',
    "yandex, she or he": "21.11.2026 в 10:15, Магазин Липа написал(а):",
    "the bat": "Вы писали 21 ноября 2026 г., 10:15:49:",
    "thunderbird ru": "21.11.2026 10:15, Магазин Липа пишет:",
    "thunderbird ru, many": "21.11.2026 10:15, Магазин Липа и Мария пишут:",
    "evolution ru": "В Сб, 21/11/2026 в 10:15 +0300, Магазин Липа пишет:",
    "apple ru": "21 нояб. 2026 г., в 10:15, Магазин Липа <help@lipa.example> написал(а):",
    "apple ru, she": "21 нояб. 2026 г., в 10:15, Мария Иванова <m@lipa.example> написала:",
    "roundcube ru": "Магазин Липа писал 2026-11-21 10:15:",
    "roundcube ru, she": "Мария Иванова писала 2026-11-21 10:15:",
    "roundcube ru, or he": "Магазин Липа писал(а) 2026-11-21 10:15:",
    "kmail ru": "суббота, 21 ноября 2026 г. 10:15:00 MSK Магазин Липа написали:",
    # Bulgarian
    "gmail bg": "На сб, 21.11.2026 г. в 10:15 Магазин Липа <help@lipa.example> написа:",
    "gmail bg, wrapped": "На сб, 21.11.2026 г. в 10:15 ч. Магазин за цветя и саксии Липа "
    "<\nhelp@lipa.example>\nнаписа:",
    "apple bg": "На 21.11.2026 г., в 10:15 ч., Магазин Липа <help@lipa.example> написа:",
    "thunderbird bg": "На 21.11.2026 г. в 10:15 ч., Магазин Липа написа:",
    "thunderbird bg, month": "На 21 ноември 2026 г. 10:15:12 Магазин Липа написа:",
    "outlook phone bg": "На сб, 21.11.2026 г., 10:15 Магазин Липа <help@lipa.example> пише:",
    "roundcube bg": "Магазин Липа написа на 21.11.2026 10:15:",
    "roundcube bg, she": "Мария Иванова написала на 21.11.2026 10:15:",
    "kmail bg": "На събота, 21 ноември 2026 г. 10:15:00 EET Магазин Липа писа:",
    "several bg": "На 21.11.2026 г. в 10:15 ч., Мария и Иван писаха:",
    # English
    "gmail en": "On Sat, Nov 21, 2026 at 10:15 AM Lipa Shop <help@lipa.example> wrote:",
    "gmail en, wrapped": "On Sat, Nov 21, 2026 at 10:15 AM The Very Long Name of the Lipa Shop <\n"
    "help@lipa.example> wrote:",
    "apple en": "On 21 Nov 2026, at 10:15, Lipa Shop <help@lipa.example> wrote:",
    "thunderbird en": "On 11/21/26 10:15, Lipa Shop wrote:",
    "yahoo en": "On Saturday, November 21, 2026 at 10:15:12 AM GMT+2, Lipa Shop <help@lipa.example> wrote:",
    "roundcube en": "On 2026-11-21 10:15, Lipa Shop wrote:",
    "proton en": "On Saturday, November 21st, 2026 at 10:15, Lipa Shop <help@lipa.example> wrote:",
    "kmail en": "On Saturday, 21 November 2026 10:15:00 EET Lipa Shop wrote:",
}

HEADED = {
    "outlook en": "-----Original Message-----\nFrom: Lipa Shop <help@lipa.example>\nSent: 21 "
    "November 2026 10:15\n"
    "To: Ivan\nSubject: Order 7",
    "outlook ru": "-----Исходное сообщение-----\nОт: Магазин Липа\nОтправлено: 21 ноября 2026 "
    "г. 10:15\nКому: Иван\n"
    "Тема: Заказ 7",
    "outlook ru, letter": "-----Исходное письмо-----\nОт кого: help@lipa.example\nКому: i@example.org",
    "outlook bg": "-----Оригинално съобщение-----\nОт: Магазин Липа\nИзпратено: 21.11.2026 г. 10:15\nДо: Иван\n"
    "Относно: Поръчка 7",
    "abv.bg": "-------- Оригинално писмо --------\nОт: Магазин Липа help@lipa.example\nОтносно: Re: Поръчка 7\n"
    "До: ivan@abv.bg\nИзпратено на: 21.11.2026 10:15",
    "outlook 365 en": "From: Lipa Shop <help@lipa.example>\nSent: Saturday, November 21, 2026 10:15 AM\n"
    "To: Ivan <i@example.org>\nSubject: Order 7",
    "outlook 365 en, bold": "________________________________\n*From:* Lipa Shop <help@lipa.example>\n"
    "*Sent:* 21 November 2026 10:15\n*To:* Ivan\n*Subject:* Order 7",
    "outlook 365 ru": "От: Магазин Липа <help@lipa.example>\nДата: суббота, 21 ноября 2026 г. "
    "в 10:15\nКому: Иван\n"
    "Тема: Заказ 7",
    "outlook 365 bg": "От: Магазин Липа <help@lipa.example>\nИзпратено: събота, 21 ноември "
    "2026 г. 10:15\nДо: Иван\n"
    "Относно: Поръчка 7",
    "reply below our line, ru": "##- Пожалуйста, напишите ответ над этой строкой -##",
    "reply below our line, bg": "> ##- Моля, напишете отговора си над този ред -##",
}

SIGNED = {
    "dashes": "-- \nИван Петров\n+7 900 000-00-00",
    "dashes, mail.ru": "--\nИван Петров\nОтправлено из мобильной Почты Mail.ru",
    "iphone ru": "Отправлено с iPhone",
    "iphone bg": "Изпратено от моя iPhone",
    "iphone en": "Sent from my iPhone",
    "yandex phone": "Отправлено из мобильной Яндекс Почты",
    "outlook phone": "Get Outlook for Android<https://aka.ms/x>",
    "gmail phone bg": "Изпратено от Gmail Mobile",
}

# Whole letters that only look like quotes.
WHOLE = {
    "somebody wrote to me": "Здравствуйте!\n21.11.2026 в 10:15 ваш курьер мне написал:\nбуду "
    "через час.\nЕго нет.",
    "a list with a colon": "Вчера в 10:15 я писал:\n1. Где заказ?\n2. Где деньги?",
    "from and to": "Добрый день. От: Москва\nДо: София\nСколько стоит?",
    "from your warehouse": "Где посылка?\nОтправлено с вашего склада вчера",
    "dashes of a dialogue": "— Где?\n— Там.",
    "forwarded": "Смотрите, что мне пришло:\n\n---------- Forwarded message ---------\nОт: "
    "Курьер <c@k.example>\n"
    "Дата: сб, 21 нояб. 2026 г. в 10:15\nТема: Доставка\nКому: <i@example.org>\n\nНе застали вас.",
    "answers between the lines": "> Какой номер заказа?\n7\n> Какой адрес?\nСофия, ул. Липа 1",
    "answers between the lines, announced": "On 21 Nov 2026, at 10:15, Lipa <h@lipa.example> wrote:\n\n"
    "> Which order?\n\n7\n\n> Which address?\n\nSofia",
    "nothing but a quote": "На 21.11.2026 г. в 10:15 ч., Магазин Липа написа:\n> Добър ден",
    "times in a letter": "Бях у дома от 10:15 до 12:00 на 21.11.2026 г. и никой не дойде.",
}

# (HTML, what its writer wrote); each is as the program's own page or application writes it, shortened.
IN_HTML = {
    "gmail": '<div dir="ltr">Где посылка?</div><br><div class="gmail_quote '
    'gmail_quote_container"><div dir="ltr" '
    'class="gmail_attr">сб, 21 нояб. 2026 г. в 10:15, Липа &lt;<a '
    'href="mailto:h@l.example">h@l.example</a>&gt;:<br>'
    '</div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px '
    'solid #ccc">Отправили.'
    "</blockquote></div>",
    "gmail, older": '<div dir="ltr">Где посылка?</div><div class="gmail_extra"><br><div '
    'class="gmail_quote">On Sat, Nov 21, '
    '2026 at 10:15 AM, Lipa <span dir="ltr">&lt;h@l.example&gt;</span> wrote:<br><blockquote '
    'class="gmail_quote" '
    'style="margin:0 0 0 .8ex">Отправили.</blockquote></div></div>',
    "outlook for windows": '<div class="WordSection1"><p class="MsoNormal">Где '
    'посылка?</p><div><div style="border:none;'
    'border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>От:</b> '
    "Липа<br><b>Отправлено:"
    "</b> 21 ноября 2026 г.<br><b>Кому:</b> Иван<br><b>Тема:</b> Заказ</p></div></div><p>Отправили.</p></div>",
    "outlook on the web": '<div>Где посылка?</div><div id="appendonsend"></div><hr '
    'style="display:inline-block;width:98%">'
    '<div id="divRplyFwdMsg" dir="ltr"><b>From:</b> Lipa<br><b>Sent:</b> 21</div><div>Отправили.</div>',
    "outlook on a phone": '<div>Где посылка?</div><div id="ms-outlook-mobile-signature">Get '
    "Outlook for iOS</div>"
    '<div id="mail-editor-reference-message-container"><div>Отправили.</div></div>',
    "apple mail": '<div>Где посылка?<br><div><br><blockquote type="cite"><div>On 21 Nov 2026, '
    "at 10:15, Lipa wrote:</div>"
    "<div>Отправили.</div></blockquote></div></div>",
    "apple on a phone": '<div dir="ltr">Где посылка?<br>Отправлено с iPhone</div><div '
    'dir="ltr"><br><blockquote type="cite">'
    "21 нояб. 2026 г., в 10:15, Липа написал(а):<br><br></blockquote></div><blockquote "
    'type="cite">Отправили.</blockquote>',
    "thunderbird, answered below": '<div class="moz-cite-prefix">21.11.2026 10:15, Липа '
    "пишет:<br></div><blockquote "
    'type="cite" cite="mid:x@y"><p>Отправили.</p></blockquote><p>Где посылка?</p><pre '
    'class="moz-signature">-- Иван</pre>',
    "yahoo": '<div>Где посылка?</div><div id="yahoo_quoted_1" class="yahoo_quoted"><div>On '
    "Saturday, Lipa wrote:</div>"
    "<div>Отправили.</div></div>",
    "mail.ru": "<div>Где посылка?</div><div>&nbsp;</div><div "
    'data-signature-widget="container">--<br>Иван</div><blockquote '
    'style="border-left:1px solid #0857A6;margin:10px;padding:0 0 0 10px;">Суббота, 21 ноября '
    "2026, 10:15 +03:00 от Липа:"
    '<br><div class="js-helper js-readmsg-msg">Отправили.</div></blockquote>',
    "yandex": '<div>Где посылка?</div><div>&nbsp;</div><div>21.11.2026, 10:15, "Липа" '
    "&lt;h@l.example&gt;:</div><blockquote>"
    "<p>Отправили.</p></blockquote>",
    "yandex, newer": "<div>Где посылка?</div><div>----------------</div><div>Кому: Иван "
    "(i@example.org);</div><blockquote "
    'class="iba1f8d4f5b74b84wmi-quote"><p>Отправили.</p></blockquote>',
    "abv.bg": '<div>Где посылка?</div><br><blockquote style="border-left: 2px solid #999; '
    'margin: 0 0 0 5px;">-------- '
    "Оригинално писмо --------<br>От: Липа<br>Относно: Поръчка<br>До: ivan@abv.bg<br>Отправили.</blockquote>",
    "proton": '<div>Где посылка?</div><div class="protonmail_quote">On Saturday, Lipa wrote:<blockquote '
    'class="protonmail_quote" type="cite">Отправили.</blockquote></div>',
    "gmail, between the lines": '<div class="gmail_quote"><div class="gmail_attr">On Sat, Nov '
    "21, 2026 at 10:15, Lipa wrote:"
    '</div><blockquote class="gmail_quote">Отправили.</blockquote><div>Где посылка?</div></div>',
    "no mark at all": "<p>Где посылка?</p><p>-----Original Message-----<br>From: Lipa<br>Отправили.</p>",
}
IN_HTML_WHOLE = {
    "an indented paragraph": '<blockquote style="margin:0 0 0 '
    '40px;border:none;padding:0px">Где посылка?</blockquote>',
    "forwarded by gmail": '<div class="gmail_quote"><div class="gmail_attr">---------- '
    "Forwarded message ---------<br>"
    "От: Курьер</div>Где посылка?</div>",
    "nothing but a quote": '<blockquote type="cite">Где посылка?</blockquote>',
}
