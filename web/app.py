"""The site, built from its parts. No globals: every view holds what it needs."""

from __future__ import annotations

import ipaddress
from types import TracebackType

import jinja2
from flask import Flask, request
from markupsafe import Markup
from werkzeug.middleware.proxy_fix import ProxyFix

from web.access import guard, open_endpoint
from web.accounts.routes import make_accounts_blueprint
from web.certificate.routes import make_certificate_blueprint
from web.checkpoints.routes import make_checkpoints_blueprint
from web.compression import install_compression
from web.console.routes import make_console_blueprint
from web.csrf import protect
from web.error_pages import add_error_pages, refuse_other_hosts
from web.farewell import account_hooks
from web.gateway.blueprint import make_gateway_blueprint
from web.headers import add_headers, content_security_policy
from web.health import make_health_blueprint
from web.jobs.routes import make_jobs_blueprint
from web.limits import LimitName, install_limits, limit_endpoint
from web.metrics_page import make_metrics_blueprint
from web.parts import Parts
from web.pieces.routes import make_pieces_blueprint
from web.points.routes import make_points_blueprint, points_pages_of
from web.portable.page_file import make_page_blueprint
from web.portable.routes import make_portable_blueprint
from web.scan.lookup import DecoderGate
from web.scan.pictures import PictureShelf, make_picture_blueprint
from web.scan.routes import make_scan_blueprint
from web.scan.scans import Scans
from web.scan.uploads import FORM_PARTS_MAX, FORM_TEXT_MAX_BYTES, REQUEST_MAX_BYTES, MemoryRequest
from web.sessions import Sessions
from web.static_files import add_static_files
from web.store.sessions import SessionStore
from web.structured_log import install_request_log, note_error
from web.stylesheet import load_stylesheets
from web.suspicions.routes import make_suspicions_blueprint


class Site(Flask):
    """Flask, with requests that stay in memory and a log without labels."""

    request_class = MemoryRequest

    def log_exception(
        self,
        exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None],
    ) -> None:
        """Log our bug by its endpoint: the path may be a label."""
        if exc_info[1] is not None:
            note_error(exc_info[1])
        self.logger.error("Exception in %s [%s]", request.endpoint, request.method, exc_info=exc_info)


def create_app(parts: Parts) -> Flask:
    """Build the site.

    1. Limits of every request, and strict templates.
    2. Who may come: hosts of the trust file, routes that are marked.
    3. Routes.
    4. Headers and errors of every answer.
    """
    app = Site("web.app", static_folder=None)
    _limit(app)  # 1.
    styles = load_stylesheets()
    app.jinja_env.globals["stylesheets"] = {
        bundle: Markup(style.text)  # noqa: S704 - our own files
        for bundle, style in styles.items()
    }
    sessions = Sessions(SessionStore(parts.database), parts.clock)
    install_limits(app, parts.limits)  # 2.
    refuse_other_hosts(app, parts.trust)
    sessions.install(app)
    protect(app)
    guard(app, sessions)
    shelf, gate = PictureShelf(), DecoderGate(parts.decoders_max)  # 3.
    app.register_blueprint(make_scan_blueprint(parts, shelf, gate))
    app.register_blueprint(make_picture_blueprint(parts, shelf))
    app.register_blueprint(make_gateway_blueprint(parts.store))
    app.register_blueprint(make_health_blueprint(parts))
    app.register_blueprint(make_checkpoints_blueprint(parts))
    app.register_blueprint(make_portable_blueprint(parts))
    app.register_blueprint(make_page_blueprint())
    app.register_blueprint(make_certificate_blueprint(parts))
    app.register_blueprint(make_metrics_blueprint(parts))
    app.register_blueprint(make_accounts_blueprint(parts, sessions, account_hooks(parts)))
    app.register_blueprint(make_points_blueprint(points_pages_of(parts)))
    app.register_blueprint(make_jobs_blueprint(parts.custody.jobs))
    app.register_blueprint(make_pieces_blueprint(parts, Scans.of(parts), gate))
    app.register_blueprint(make_console_blueprint(parts, sessions))
    app.register_blueprint(make_suspicions_blueprint(parts, gate))
    add_static_files(app)
    open_endpoint(app, "gateway.content")
    limit_endpoint(app, "gateway.content", LimitName.FILES)
    limit_endpoint(app, "pictures.picture", LimitName.FILES)
    limit_endpoint(app, "scan.scan", LimitName.LOOKUP)
    add_headers(app, content_security_policy((s.csp_hash for s in styles.values()), map(origin_of, parts.hosts)))  # 4.
    install_compression(app)
    install_request_log(app, parts.metrics.request if parts.metrics is not None else None)
    add_error_pages(app, parts.trust)
    if parts.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=parts.proxies, x_proto=parts.proxies)  # type: ignore[method-assign]
    return app


def origin_of(host: str) -> str:
    """Give the origin of a label's host: https, or http on this very machine."""
    name = host.rpartition(":")[0] if ":" in host else host
    try:
        local = ipaddress.ip_address(name).is_loopback
    except ValueError:
        local = name == "localhost"
    return f"{'http' if local else 'https'}://{host}"


def _limit(app: Flask) -> None:
    app.config.update(
        MAX_CONTENT_LENGTH=REQUEST_MAX_BYTES,
        MAX_FORM_PARTS=FORM_PARTS_MAX,
        MAX_FORM_MEMORY_SIZE=FORM_TEXT_MAX_BYTES,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]
    # A redirect to another spelling of a label's path would repeat the serial.
    app.url_map.merge_slashes = False
    app.jinja_env.undefined = jinja2.StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
