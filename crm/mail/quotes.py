"""What somebody wrote, apart from what their mail program quoted below it, in Russian, Bulgarian and English.

Careful on one side: rather a quote too many than a word of the customer lost. What is forwarded, what is answered
between the lines, and a mail that would be empty without its quote stay whole; the uncut text is always kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crm.mail import markup

LONGEST_ANNOUNCEMENT = 300
MOST_LINES_ANNOUNCING = 4
LONGEST_LINE = 1_000

# ── Our own line: whatever language it says itself in, it is known by its edges ──────────────────────────────
MARKER = re.compile(r"^[>\s|*]*##- .{3,200} -##[\s*]*$")

# ── “On … wrote:” ────────────────────────────────────────────────────────────────────────────────────────────
WROTE = (
    r"wrote|writes|написал(?:а|и|о)?(?:\s?\((?:-?а|-?и)\))?|писал(?:а|и)?(?:\s?\((?:-?а|-?и)\))?|пишет|пишут"
    r"|написа(?:ла|ло|ли|ха)?|пише|писа(?:ла|ли|ха)?"
)
MONTHS = (
    r"янв\w*|фев\w*|март?\w*|апр\w*|ма[йя]\w*|июн\w*|юни|июл\w*|юли|авг\w*|сен\w*|сеп\w*|окт\w*|ноя\w*|ное\w*|дек\w*"
    r"|jan\w*|feb\w*|mar\w*|apr\w*|may|june?|july?|aug\w*|sep\w*|oct\w*|nov\w*|dec\w*"
)
DATE = (
    rf"(?:\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{2,4}}|\d{{4}}-\d\d-\d\d|\d{{1,2}}(?:-?\w\w)?\s(?:of\s)?(?:{MONTHS})\.?,?\s\d{{4}}"
    rf"|(?:{MONTHS})\.?\s\d{{1,2}},?\s\d{{4}})"
)
HOUR = r"\d{1,2}[:.]\d\d"
ADDRESS = r"[<(\[]?(?:mailto:)?[^\s<>@()\[\]]{1,64}@[^\s<>@()\[\]]{3,180}[>)\]]?"
HAS_DATE = re.compile(rf"(?i)(?<!\d){DATE}")
HAS_HOUR = re.compile(rf"(?<!\d){HOUR}(?!\d)")
HAS_ADDRESS = re.compile(ADDRESS)
ENDS_WITH_WROTE = re.compile(rf"(?i)(?<!\w)(?:{WROTE})\s?:$")
WROTE_ON = re.compile(rf"(?i)(?<!\w)(?:{WROTE})\s(?:on\s|на\s|в\s)?.{{0,40}}?{DATE}")
# What these begin or hold, a customer does not write by hand.
BEYOND_DOUBT = re.compile(
    rf"(?i){ADDRESS}|^on .*{DATE}.*wrote\s?:$|^на .*{DATE}.*{HOUR}.*написа\w*\s?:$|^вы писали {DATE}"
)
# A line of the day, the hour or the writer: what such an announcement begins with.
BEGINS_ANNOUNCING = re.compile(
    rf"(?i)^(?:on\s|at\s|am\s|на\s|в\s|във\s|вы писали|ты писал|пользователь\s|от\s|"
    rf"(?:mon|tue|wed|thu|fri|sat|sun)\w*,?\s|(?:пн|вт|ср|чт|пт|сб|вс|пон|вто|сре|сря|чет|пят|пет|суб|съб|вос|нед)[\w.]*,?\s|"
    rf"{DATE}|{HOUR}|[\"«„“<]?\w[^\n]{{0,120}}?[\"»”]?\s(?:{ADDRESS}\s)?(?:{WROTE}))"
)

# ── “-----Original Message-----” ─────────────────────────────────────────────────────────────────────────────
ORIGINAL = re.compile(
    r"(?i)^[>\s*_]*[-_=—–]{2,}\s*(?:original (?:message|e?-?mail|appointment)|reply message|"
    r"(?:исходн|оригинальн|первоначальн)\w+ (?:сообщени|письм)\w+|(?:исходн|оригинальн)\w+ e-?mail|"
    r"оригинал(?:но|на|ното|ен)?\w* (?:съобщени|писмо|имейл)\w*|първоначално (?:съобщени|писмо)\w*)"
    r"\s*[-_=—–]{2,}[\s*]*$"
)
FORWARDED = re.compile(
    r"(?i)^[>\s*]*[-_=—–]{2,}\s*(?:(?:begin )?forwarded (?:message|by)|пересыла\w+ (?:сообщени|письм)\w+|"
    r"пересланн\w+ (?:сообщени|письм)\w+|начало (?:пере\w+) \w+|препратен\w* (?:съобщени|писмо|имейл)\w*)"
)
FORWARDED_SUBJECT = re.compile(r"(?i)^\s*(?:fwd?|fw|пр|пересл\w*|препр\w*|отн\s*fwd)\s*:")

# ── From: / Sent: / To: / Subject:, at least three of them together, a From the first ────────────────────────
LABEL = re.compile(
    r"(?i)^[>\s*]*(?:(?P<sender>from|от|от кого|подател|изпращач)|(?P<other>sent|date|to|cc|subject|importance|"
    r"отправлено|отправлен|дата|кому|копия|тема|важность|изпратено(?: на)?|до|към|получател|копие|ас|относно|отн))"
    r"\s*\*?\s*:\*?\s*\S"
)
RULE = re.compile(r"^[-_=—–]{5,}$")
MOST_LABEL_LINES = 8
LABELS_NEEDED = 3

# ── Signatures ───────────────────────────────────────────────────────────────────────────────────────────────
SIGNATURE = re.compile(r"^-- ?$")
LONGEST_SIGNATURE_LINES = 15
DEVICE = (
    r"iphone|ipad|apple watch|android\w*|samsung\w*|galaxy\w*|huawei\w*|xiaomi\w*|redmi\w*|honor\w*|pixel\w*|"
    r"windows\w*|blackberry\w*|outlook\w*|gmail\w*|yahoo\w*|proton\w*|mail\.ru|почты mail\w*|почта mail\w*|"
    r"яндекс[. ]?почт\w*|мобильн\w+|телефон\w*|смартфон\w*|планшет\w*|abv\w*|mail\b"
)
SENT_FROM = re.compile(
    rf"(?i)^[\s*_-]*(?:(?:sent|отправлено|послано|изпратено|пратено)\s"
    rf"(?:from|via|with|using|с|со|из|через|от|чрез|със)\s"
    rf"(?:my |the |a |an |моего |моей |моя |моето |устройства |приложени\w+ )?(?:{DEVICE})(?:\s|$|[.,!])"
    r"|get outlook for|скачать outlook|загрузить outlook|изтеглете outlook)"
)
LONGEST_SENT_FROM = 120

# ── HTML: how the big programs mark what they quote ──────────────────────────────────────────────────────────
# Gmail's own box is not among them: who answers between the lines writes inside of it.
QUOTE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:gmail_attr|yahoo_quoted|protonmail_quote|zmail_extra|moz-cite-prefix|wmi-quote|mail-quote-collapse|"
    r"js-helper|abv-quote|tutanota_quote|ydp\w*yahoo_quoted)(?:$|\s)|wmi-quote$"
)
QUOTE_ID = re.compile(
    r"^(?:x_)*(?:zmail_extra|yahoo_quoted_?\w*|ydp\w*yahoo_quoted_?\w*|v1reply|OLK_SRC_BODY_SECTION)$"
)
# With these, the quote is no element: all that follows is.
RUNS_TO_THE_END = re.compile(
    r"^(?:x_)*(?:divRplyFwdMsg|appendonsend|mail-editor-reference-message-container|replySplit|reply-intro)$"
    r"|(?:^|\s)(?:OutlookMessageHeader|reply-intro)(?:$|\s)"
)
# Outlook for Windows: a rule above From, Sent, To and Subject.
OUTLOOK_RULE = re.compile(r"(?i)border-top\s*:\s*solid|border\s*:\s*none;\s*border-top")
# mail.ru, abv.bg and many others: a bar at the left of a blockquote. (An indented paragraph has none.)
BAR_AT_THE_LEFT = re.compile(r"(?i)border-left(?:-width)?\s*:\s*(?!0|none)\w")
LOOKED_AT_BEFORE = 2_000
MOST_BLOCKQUOTES = 50
SIGNATURE_CLASS = re.compile(
    r"(?:^|\s)(?:gmail_signature|moz-signature|signature|mail-app-auto-default-signature|ms-outlook-mobile-signature|"
    r"ms-outlook-ios-signature|protonmail_signature_block|wmi-sign)(?:$|\s)|^(?:x_)*(?:Signature|ms-outlook-mobile-signature)$"
)


@dataclass(frozen=True)
class Cut:
    """`own`: never empty when the mail was not."""

    own: str
    uncut: str


def cut_mail(text: str, html: str, subject: str = "") -> Cut:
    """What they wrote, as text. The HTML decides where it marks its quotes; the patterns of the text do otherwise."""
    canonical = markup.canonical(html) if html else ""
    uncut = text.strip() or markup.as_text(canonical)
    if FORWARDED_SUBJECT.search(subject):
        return Cut(uncut, uncut)
    return Cut(cut_text(cut_html(canonical) or uncut), uncut)


def cut_text(text: str) -> str:
    lines = text.strip().split("\n")
    return "\n".join(_without_signature(_without_quotes(lines))).strip() or text.strip()


def cut_html(canonical: str) -> str:
    """As text; empty: no mark of a mail program was found, or nothing would be left."""
    quotes = _quotes(canonical)
    if not quotes or FORWARDED.search(markup.as_text(canonical[slice(*quotes[0])])):
        return ""
    pieces, position = [], 0
    for start, end in quotes:
        before = markup.as_text(canonical[position:start]).split("\n")
        pieces.append("\n".join(_unannounced(before)))
        position = end
    pieces.append(markup.as_text(canonical[position:]))
    return "\n\n".join(piece.strip() for piece in pieces if piece.strip())


# ── Text ─────────────────────────────────────────────────────────────────────────────────────────────────────
def _without_quotes(lines: Sequence[str]) -> Sequence[str]:
    """Everything before the first line that begins a quote, and what stands below one that is marked with >."""
    for number, line in enumerate(lines):
        if len(line) > LONGEST_LINE:
            continue
        if FORWARDED.search(line):
            return lines
        if MARKER.search(line) or ORIGINAL.search(line) or _begins_header(lines, number):
            return _unannounced(lines[:number])
        if _is_marked(line):
            return _around_marks(lines, number, _unannounced(lines[:number]))
        if height := _announcement(lines, number):
            return _around_marks(lines, number + height, lines[:number])
    return lines


def _around_marks(lines: Sequence[str], first: int, before: Sequence[str]) -> Sequence[str]:
    """Without one quote that is marked with >; where somebody answered between its lines, nothing is cut."""
    marked = [number for number in range(first, len(lines)) if _is_marked(lines[number])]
    if not marked:
        return before
    if any(line.strip() and not _is_marked(line) for line in lines[first : marked[-1]]):
        return lines
    return [*before, "", *lines[marked[-1] + 1 :]]


def _is_marked(line: str) -> bool:
    return line.lstrip().startswith((">", "|>"))


def _is_blank(lines: Iterable[str]) -> bool:
    return not any(line.strip() for line in lines)


def _unannounced(lines: Sequence[str]) -> Sequence[str]:
    """Without the announcement that ends them, and without the rule above it."""
    end = _end(lines)
    for height in range(1, min(MOST_LINES_ANNOUNCING, end) + 1):
        if _announces(_joined(lines[end - height : end])):
            return _without_rule(lines[: end - height])
    return _without_rule(lines)


def _without_rule(lines: Sequence[str]) -> Sequence[str]:
    """A rule, and To and Subject below it, belong to the quote that follows them."""
    end = _end(lines)
    first = end - 1
    while first > max(0, end - MOST_LABEL_LINES) and (
        not lines[first].strip() or LABEL.search(lines[first][:LONGEST_LINE])
    ):
        first -= 1
    return lines[:first] if end and RULE.search(lines[first].strip()) else lines


def _end(lines: Sequence[str]) -> int:
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return end


def _announcement(lines: Sequence[str], number: int) -> int:
    """How many lines announce a quote, from this one; 0: none. What follows unmarked must be announced beyond doubt."""
    if not lines[number].strip():
        return 0
    for height in range(1, MOST_LINES_ANNOUNCING + 1):
        block = lines[number : number + height]
        if len(block) < height or not block[-1].strip():
            return 0
        said = _joined(block)
        if _announces(said):
            following = next((line for line in lines[number + height :] if line.strip()), ">")
            return height if _is_marked(following) or BEYOND_DOUBT.search(said) else 0
    return 0


def _joined(lines: Sequence[str]) -> str:
    """As one line, without the marks of quotes and bold letters."""
    said = " ".join(line.lstrip("> ") for line in lines)[: LONGEST_ANNOUNCEMENT + 1]
    return " ".join(said.strip(" *_").split())


def _announces(said: str) -> bool:
    """A day with its hour or its address, and that somebody wrote: one of these alone is in many a letter."""
    if not said or len(said) > LONGEST_ANNOUNCEMENT or not BEGINS_ANNOUNCING.search(said):
        return False
    dated, timed, addressed = (bool(it.search(said)) for it in (HAS_DATE, HAS_HOUR, HAS_ADDRESS))
    if ENDS_WITH_WROTE.search(said):
        return dated or (timed and addressed)
    if WROTE_ON.search(said):
        return said.endswith(":") or (timed and addressed)
    return said.endswith(":") and dated and timed and addressed


def _begins_header(lines: Sequence[str], number: int) -> bool:
    first = LABEL.search(lines[number][:LONGEST_LINE])
    if not first or not first["sender"]:
        return False
    following = (LABEL.search(line[:LONGEST_LINE]) for line in lines[number + 1 : number + MOST_LABEL_LINES])
    others = {label["other"].lower() for label in following if label and label["other"]}
    return len(others) + 1 >= LABELS_NEEDED


def _without_signature(lines: Sequence[str]) -> Sequence[str]:
    cut = _before_dashes(lines)
    cut = cut[: _end(cut)]
    if cut and len(cut[-1]) <= LONGEST_SENT_FROM and SENT_FROM.search(cut[-1]):
        return _before_dashes(cut[:-1])
    return cut


def _before_dashes(lines: Sequence[str]) -> Sequence[str]:
    for number in range(len(lines) - 1, max(0, len(lines) - LONGEST_SIGNATURE_LINES - 1) - 1, -1):
        if SIGNATURE.search(lines[number].rstrip("\xa0")) and not _is_blank(lines[:number]):
            return lines[:number]
    return lines


# ── HTML ─────────────────────────────────────────────────────────────────────────────────────────────────────
def _quotes(canonical: str) -> list[tuple[int, int]]:
    """From where to where, none inside of another."""
    found: list[tuple[int, int]] = []
    position = blockquotes = 0
    for tag in markup.tags(canonical):
        if tag.is_closing or tag.start < position:
            continue
        blockquotes += tag.name == "blockquote"
        if _runs_to_the_end(tag, canonical):
            return [*found, (tag.start, len(canonical))]
        if _is_quote(tag) or (
            tag.name == "blockquote" and blockquotes <= MOST_BLOCKQUOTES and _is_announced(tag, canonical)
        ):
            position = markup.end_of(tag, canonical)
            found.append((tag.start, position))
    return found


def _runs_to_the_end(tag: markup.Tag, canonical: str) -> bool:
    return any(RUNS_TO_THE_END.search(name) for name in _names(tag)) or _is_outlook_rule(tag, canonical)


def _is_quote(tag: markup.Tag) -> bool:
    classes, its_id = _names(tag)
    if QUOTE_CLASS.search(classes) or QUOTE_ID.search(its_id):
        return True
    if SIGNATURE_CLASS.search(classes) or SIGNATURE_CLASS.search(its_id):
        return True
    if tag.name == "blockquote":
        style = tag.attributes.get("style", "")
        is_cited = tag.attributes.get("type") == "cite" or "gmail_quote" in classes
        return is_cited or bool(BAR_AT_THE_LEFT.search(style))
    return tag.name == "div" and tag.attributes.get("name") == "quote"


def _names(tag: markup.Tag) -> tuple[str, str]:
    return tag.attributes.get("class", ""), tag.attributes.get("id", "")


def _is_announced(tag: markup.Tag, canonical: str) -> bool:
    """A blockquote below “… wrote:”."""
    beginning = canonical.find("<", max(0, tag.start - LOOKED_AT_BEFORE))
    before = markup.as_text(canonical[beginning : tag.start]).split("\n")
    return len(_unannounced(before)) < len(before)


def _is_outlook_rule(tag: markup.Tag, canonical: str) -> bool:
    """The same rule without the words is only a rule."""
    if tag.name != "div" or not OUTLOOK_RULE.search(tag.attributes.get("style", "")):
        return False
    words = markup.as_text(canonical[tag.start : tag.end + LOOKED_AT_BEFORE]).split("\n")
    return _begins_header(words, 0)
