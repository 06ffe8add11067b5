"""Asks every route of a site for everything, as everybody. Routes come from the site itself, so new ones are found."""

from __future__ import annotations

import html
import io
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlencode, urlsplit

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import run_wsgi_app

from tests.fakes.site import FakeSite
from tests.fuzz import values
from web.store.people import Person, Role, add_person
from web.store.sessions import SessionStore

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get", "X" * 300)
REQUIRED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_NAME = re.compile(r'<(?:input|textarea|select|button|meta)\b[^>]*?\bname="([^"]{1,80})"', re.IGNORECASE)
_VALUE = re.compile(r'\b(?:value|content|data-[a-z-]+)="([^"]{1,600})"')
_FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.IGNORECASE | re.DOTALL)
_FIELD = re.compile(r"<(?:input|textarea|select|button)\b[^>]*>", re.IGNORECASE)
_HREF = re.compile(r'\b(?:href|action|src)="(/[^"]{0,300})"')
_SESSION_USES = 20
_QUERY_NAMES = ("lang", "next", "v", "linkType", "format", "dag-scope", "entity-bytes", "scan", "q", "page", "id")


@dataclass(frozen=True)
class Attempt:
    """One request, whole: what is needed to send it again."""

    role: str
    method: str
    target: bytes
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def __str__(self) -> str:
        shown = {name: text[:120] for name, text in self.headers if name != "Cookie"}
        return f"as {self.role}: {self.method[:20]} {self.target[:300]!r} {shown} body={self.body[:400]!r}"


@dataclass(frozen=True, order=True)
class Form:
    """A form as somebody was shown it: where it leads, and its fields with what they held."""

    role: str
    action: bytes
    fields: tuple[tuple[str, str], ...]
    file_names: tuple[str, ...]


@dataclass
class Harvest:
    """What the site's own pages taught: names of fields, values that were given out, addresses, forms."""

    names: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    targets: set[bytes] = field(default_factory=set)
    shown_to: dict[bytes, set[str]] = field(default_factory=dict)
    """Which roles' pages led to an address."""
    forms: set[Form] = field(default_factory=set)

    def take(self, role: str, target: bytes, page: str) -> None:
        """Learn from a page."""
        for opening, inside in _FORM.findall(page):
            fields = [(_attribute(one, "name"), one) for one in _FIELD.findall(inside)]
            action = html.unescape(_attribute(opening, "action")).encode() or target
            plain = [
                (name, html.unescape(_attribute(one, "value"))) for name, one in fields if 'type="file"' not in one
            ]
            files = [name for name, one in fields if 'type="file"' in one]
            self.forms.add(Form(role, action, tuple(pair for pair in plain if pair[0]), tuple(files)))
        self.names |= set(_NAME.findall(page))
        self.texts |= {html.unescape(text) for text in _VALUE.findall(page)}
        found = {html.unescape(href).encode() for href in _HREF.findall(page)}
        self.targets |= found
        for one in found:
            self.shown_to.setdefault(one.partition(b"?")[0], set()).add(role)


class Fuzzer:
    """Writes attempts and looks at the answers. The same seed writes the same attempts, but for tokens."""

    def __init__(self, site: FakeSite, app: Flask, seed: int) -> None:
        self.site, self.app = site, app
        self.rng = random.Random(seed)
        self.harvest = Harvest()
        self.statuses: Counter[tuple[str, int]] = Counter()
        self._store = SessionStore(site.database)
        self.people = self._make_people()
        self._tokens: dict[str, tuple[str, str, int]] = {}
        self._known: dict[str, list[bytes]] = {}

    @property
    def roles(self) -> tuple[str, ...]:
        """Nobody, somebody with a forged cookie, and each role."""
        return ("nobody", "forged", *self.people)

    def rules(self) -> list[Rule]:
        """Every route; the one that ends an account last, for with it goes what is behind the others."""
        ends = "/account/delete"
        return sorted(self.app.url_map.iter_rules(), key=lambda rule: (rule.rule == ends, rule.rule, rule.endpoint))

    def knows(self, rule: Rule) -> bool:
        """Say whether the pages led to an address of a rule."""
        return bool(self._known_targets(rule) or self._known_forms(rule))

    def crawl(self) -> None:
        """Open every page as everybody, and learn from it."""
        self.harvest.targets |= {b"/", self.site.path.encode()}
        for _ in range(2):
            for role in self.roles:
                for target in sorted(self._plain_targets()):
                    headers = (("Host", self.site.host), ("Accept", "text/html"), *self._signed(role))
                    status, _, body = self.send(Attempt(role, "GET", target, headers, b""))
                    assert status not in {500, 501}, f"{role}: {target!r}"
                    if status < 400:
                        self.harvest.take(role, target, body.decode("utf-8", "replace"))

    def attempts(self, count_each: int) -> Iterator[Attempt]:
        """Write so many attempts for each route and method it takes, and as many that it does not take."""
        for rule in self.rules():
            for method in sorted(rule.methods or ()):
                for _ in range(count_each):
                    yield self.attempt(rule, method)
            yield self.attempt(rule, self.rng.choice(METHODS))

    def attempt(self, rule: Rule, method: str) -> Attempt:
        """Write one."""
        forms = self._known_forms(rule) if method == "POST" else []
        if forms and self.rng.random() < 0.5:
            return self._filled(self.rng.choice(forms))
        target = self._target(rule)
        role = self._role_for(target)
        headers = {"Host": self.site.host, "Accept": self.rng.choice(values.ACCEPTS), **dict(self._signed(role))}
        body = b""
        if method not in {"GET", "HEAD", "OPTIONS"}:
            body, content_type = self._body(role)
            headers["Content-Type"] = content_type
            if self.rng.random() < 0.7:
                headers["Sec-Fetch-Site"] = "same-origin"
            if self.rng.random() < 0.3 and role in self._tokens:
                headers["X-CSRF-Token"] = self._tokens[role][1]
        for name in self.rng.sample(sorted(values.HEADERS), self.rng.choice((0, 0, 1, 2))):
            headers[name] = self.rng.choice(values.HEADERS[name])
        return Attempt(role, method, target, tuple(headers.items()), body)

    def send(self, attempt: Attempt) -> tuple[int, dict[str, str], bytes]:
        """Send an attempt past every client library, as a server would."""
        app_iter, status, headers = run_wsgi_app(self.app.wsgi_app, self._environ(attempt), buffered=True)
        return int(status[:3]), dict(headers), b"".join(app_iter)

    def fault(self, attempt: Attempt) -> str | None:
        """Send an attempt; say what is wrong with the answer, if anything is."""
        status, headers, body = self.send(attempt)
        self.statuses[attempt.role, status] += 1
        if status >= 500 and status not in {502, 503}:
            return f"{status}"
        if status == 503 and "Retry-After" not in headers:
            return "503 without Retry-After"
        if missing := [name for name, value in REQUIRED.items() if headers.get(name) != value]:
            return f"{status} without {', '.join(missing)}"
        if "default-src 'none'" not in headers.get("Content-Security-Policy", ""):
            return f"{status} without a content policy"
        if "html" in headers.get("Content-Type", "") and values.MARKUP.encode() in body:
            return f"{status} repeats markup"
        location = headers.get("Location", "/")
        if status in {301, 302, 303, 307, 308} and not self._is_ours(location):
            return f"{status} leads to {location!r}"
        return None

    def _is_ours(self, location: str) -> bool:
        parts = urlsplit(location)
        return (location.startswith("/") and not parts.netloc) or parts.netloc in self.site.world.brand.hosts

    # ---- requests

    def _environ(self, attempt: Attempt) -> dict[str, Any]:
        path, _, query = attempt.target.partition(b"?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": attempt.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query.decode("latin-1"),
            "RAW_URI": attempt.target.decode("latin-1"),
            "REMOTE_ADDR": f"198.51.{self.rng.randint(0, 255)}.7",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(attempt.body),
            "wsgi.input_terminated": True,
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
            "CONTENT_LENGTH": str(len(attempt.body)),
        }
        for name, text in attempt.headers:
            plain = name.upper().replace("-", "_")
            environ[plain if plain == "CONTENT_TYPE" else f"HTTP_{plain}"] = text
        return environ

    def _target(self, rule: Rule) -> bytes:
        known = self._known_targets(rule)
        if known and self.rng.random() < 0.5:
            path = self.rng.choice(known).partition(b"?")[0]
        else:
            path = b"".join(part if fixed else self._segment() for fixed, part in _parts_of(rule))
        if self.rng.random() < 0.05:
            path = path.replace(b"/", b"//", 1) if self.rng.random() < 0.5 else path + b"/"
        query = urlencode(
            [(self.rng.choice(_QUERY_NAMES), self._text()) for _ in range(self.rng.choice((0, 0, 0, 1, 2)))],
            errors="surrogatepass",
        )
        return path + (b"?" + query.encode() if query else b"")

    def _role_for(self, target: bytes) -> str:
        """Choose who asks: mostly one of those whom the site itself led there."""
        shown_to = self.harvest.shown_to.get(target.partition(b"?")[0], set())
        return self.rng.choice(sorted(shown_to) if shown_to and self.rng.random() < 0.7 else self.roles)

    def _known_targets(self, rule: Rule) -> list[bytes]:
        """Give the addresses of a rule that the pages led to; nothing is learnt while attempts are written."""
        if rule.rule not in self._known:
            pattern, targets = _pattern_of(rule), sorted(self.harvest.targets)
            self._known[rule.rule] = [one for one in targets if pattern.fullmatch(one.partition(b"?")[0])]
        return self._known[rule.rule]

    def _known_forms(self, rule: Rule) -> list[Form]:
        pattern = _pattern_of(rule)
        return [form for form in sorted(self.harvest.forms) if pattern.fullmatch(form.action.partition(b"?")[0])]

    def _filled(self, form: Form) -> Attempt:
        """Fill a form as its visitor might, but for one or two fields; then it gets far inside."""
        headers = {"Host": self.site.host, "Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
        headers |= dict(self._signed(form.role))
        fields = [(name, text or self.rng.choice(values.PLAUSIBLE)) for name, text in form.fields]
        for _ in range(self.rng.choice((0, 1, 1, 2))):
            if fields:
                place = self.rng.randrange(len(fields))
                fields[place] = (fields[place][0], self._text())
        if form.role in self._tokens:
            fields = [(n, self._tokens[form.role][1] if n == "csrf_token" else text) for n, text in fields]
        if form.file_names:
            body, headers["Content-Type"] = values.multipart(self.rng, fields, form.file_names)
        else:
            body = urlencode(fields, errors="surrogatepass").encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        return Attempt(form.role, "POST", form.action, tuple(headers.items()), body)

    def _segment(self) -> bytes:
        if self.rng.random() < 0.5:
            return self.rng.choice(values.SEGMENTS)
        text = self._text()[:200]
        return quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe="").encode()

    def _text(self) -> str:
        if self.harvest.texts and self.rng.random() < 0.4:
            return self.rng.choice(sorted(self.harvest.texts))
        return self.rng.choice(values.TEXTS)

    def _body(self, role: str) -> tuple[bytes, str]:
        names = sorted(self.harvest.names) or ["a"]
        fields = [(self.rng.choice(names), self._text()) for _ in range(self.rng.randint(0, 8))]
        if role in self._tokens and self.rng.random() < 0.8:
            fields.append(("csrf_token", self._tokens[role][1]))
        kind = self.rng.random()
        if kind < 0.45:
            return urlencode(fields, errors="surrogatepass").encode(), "application/x-www-form-urlencoded"
        if kind < 0.65:
            return values.multipart(self.rng, fields, self.rng.sample(names, min(2, len(names))))
        if kind < 0.85:
            return values.json_body(self.rng, names, self._text), "application/json"
        content = values.nested(self.rng) if kind < 0.92 else self.rng.randbytes(self.rng.randint(0, 400))
        return content, self.rng.choice(values.CONTENT_TYPES)

    # ---- people

    def _make_people(self) -> dict[str, Person]:
        with self.site.database.writing() as connection:
            return {
                role.value: add_person(connection, f"Fuzz {role.value}", role, "en", self._now_s()) for role in Role
            }

    def _now_s(self) -> int:
        return int(self.site.parts().clock())

    def _signed(self, role: str) -> tuple[tuple[str, str], ...]:
        """Give the cookie of a role; its session is renewed now and then, for some attempts end it."""
        if role == "nobody":
            return ()
        if role == "forged":
            return (("Cookie", "assay=" + "A" * 43),)
        token, csrf, left = self._tokens.get(role, ("", "", 0))
        if not left:
            started = self._store.start(self._person(role), self._now_s(), device="")
            token, csrf, left = started.token, started.session.csrf, _SESSION_USES
        self._tokens[role] = (token, csrf, left - 1)
        return (("Cookie", f"assay={token}"),)

    def _person(self, role: str) -> Person:
        """Give the person of a role, a new one where an attempt has deleted the last."""
        with self.site.database.writing() as connection:
            found = connection.exec_driver_sql(
                "SELECT 1 FROM person WHERE id = ?", (self.people[role].id,)
            ).one_or_none()
            if found is None:
                self.people[role] = add_person(connection, f"Fuzz {role}", Role(role), "en", self._now_s())
        return self.people[role]

    def _plain_targets(self) -> set[bytes]:
        plain = {rule.rule.encode() for rule in self.rules() if "GET" in (rule.methods or ()) and not rule.arguments}
        return plain | {target for target in self.harvest.targets if not target.startswith(b"/static/")}


def _parts_of(rule: Rule) -> list[tuple[bool, bytes]]:
    """Split a rule into fixed parts and places for an argument."""
    parts = re.split(r"(<[^>]+>)", rule.rule)
    return [(not part.startswith("<"), part.encode()) for part in parts if part]


def _pattern_of(rule: Rule) -> re.Pattern[bytes]:
    return re.compile(b"".join(re.escape(part) if fixed else b".+" for fixed, part in _parts_of(rule)))


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found[1] if found else ""
