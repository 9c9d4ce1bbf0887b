"""What a file is by its first bytes, never by its name or by what its sender calls it. Pure; nothing is unpacked."""

from __future__ import annotations

UNKNOWN = "application/octet-stream"
# beginning, media type, ending of a name
BEGINNINGS: tuple[tuple[bytes, str, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"GIF87a", "image/gif", ".gif"),
    (b"GIF89a", "image/gif", ".gif"),
    (b"%PDF-", "application/pdf", ".pdf"),
    (b"PK\x03\x04", "application/zip", ".zip"),
    (b"PK\x05\x06", "application/zip", ".zip"),
    (b"Rar!\x1a\x07", "application/vnd.rar", ".rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed", ".7z"),
    (b"\x1f\x8b", "application/gzip", ".gz"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage", ".doc"),
    (b"{\\rtf", "application/rtf", ".rtf"),
    (b"OggS", "audio/ogg", ".ogg"),
    (b"ID3", "audio/mpeg", ".mp3"),
    (b"\xff\xfb", "audio/mpeg", ".mp3"),
    (b"\x1aE\xdf\xa3", "video/webm", ".webm"),
    (b"\x7fELF", "application/x-elf", ""),
    (b"x\x9f\x3e\x22", "application/vnd.ms-tnef", ".dat"),
)
# Two letters that a text may begin with as well.
PROGRAM = ("application/vnd.microsoft.portable-executable", ".exe")
# Inside of a RIFF or of an ISO media file.
KINDS_WITHIN: dict[bytes, tuple[str, str]] = {
    b"WEBP": ("image/webp", ".webp"),
    b"WAVE": ("audio/wav", ".wav"),
    b"heic": ("image/heic", ".heic"),
    b"avif": ("image/avif", ".avif"),
    b"M4A ": ("audio/mp4", ".m4a"),
    b"qt  ": ("video/quicktime", ".mov"),
}
ENDINGS: dict[str, str] = {
    **{media_type: ending for _beginning, media_type, ending in BEGINNINGS},
    **dict([*KINDS_WITHIN.values(), PROGRAM]),
    "text/plain": ".txt",
    "video/mp4": ".mp4",
}
# Pictures that a page of ours may show; everything else is only ever downloaded.
SHOWABLE = frozenset(["image/png", "image/jpeg", "image/gif", "image/webp"])
LOOKED_AT = 4096


def type_of(content: bytes) -> str:
    """Markup of every kind is plain text here: no browser shall read it as a page."""
    return _found(content)[0]


def ending_of(media_type: str) -> str:
    return ENDINGS.get(media_type, ".bin")


def _found(content: bytes) -> tuple[str, str]:
    for beginning, media_type, ending in BEGINNINGS:
        if content.startswith(beginning):
            return media_type, ending
    if content[:4] == b"RIFF" and content[8:12] in KINDS_WITHIN:
        return KINDS_WITHIN[content[8:12]]
    if content[4:8] == b"ftyp":
        return KINDS_WITHIN.get(content[8:12], ("video/mp4", ".mp4"))
    if _is_text(content[:LOOKED_AT]):
        return "text/plain", ".txt"
    return PROGRAM if content.startswith(b"MZ") else (UNKNOWN, ".bin")


def _is_text(beginning: bytes) -> bool:
    return b"\0" not in beginning and not any(byte < 9 or 13 < byte < 32 for byte in beginning)
