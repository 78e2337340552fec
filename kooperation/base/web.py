"""What every request and answer has: safe headers, static files, error pages with a reference, template helpers."""

import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, current_app, flash, g, redirect, render_template, request, url_for
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, SecurityError, ServiceUnavailable
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter, IntegerConverter, RequestRedirect
from werkzeug.wrappers import Response as WerkzeugResponse
from whitenoise import WhiteNoise

from kooperation import __version__
from kooperation.base.config import ROOT, Config, Mode
from kooperation.base.db import db, is_busy, only_reading, reason_of
from kooperation.base.errors import Gone
from kooperation.base.headers import headers_for
from kooperation.base.i18n import _
from kooperation.base.logs import reference

STATIC = ROOT / "static"
STATIC_URL = "/static/"

HEADERS_WITH_TOKEN = {"Referrer-Policy": "strict-origin", "Cache-Control": "no-store"}
"""Of pages whose address holds the secret of a link. The origin goes along, since CSRF over HTTPS asks for it."""

SECONDS_UNTIL_TRIED_AGAIN = 5
"""What whoever comes while the database is busy is told to wait."""

LARGEST_REQUEST = 500_000
"""Bytes of a request's body, which is read into memory whole, but for a view that takes files and says how many it
takes (``takes_up_to``)."""


class DigitsConverter(BaseConverter):
    """A part of an address that consists of digits: the key of a municipality."""

    regex = "[0-9]{2,12}"


class NumberConverter(IntegerConverter):
    """The number of a row; one that no database can hold leads nowhere, instead of failing there."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{"max": 2**31 - 1} | options)


V = TypeVar("V", bound=Callable[..., Any])


def takes_up_to(size: int) -> Callable[[V], V]:
    """A view that takes bodies of so many bytes; a larger one is refused before anything of it is read."""

    def decorate(view: V) -> V:
        view.largest_request = size  # type: ignore[attr-defined]
        return view

    return decorate


def reads_first(view: V) -> V:
    """A view that only reads until it calls ``begin_writing``, also where it is sent a form.

    What takes long there, hashing a password, keeps nobody else from writing.
    """
    view.reads_first = True  # type: ignore[attr-defined]
    return view


READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def init_web(app: Flask, config: Config) -> None:
    """Add to the app what every request and answer has."""
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        SESSION_COOKIE_NAME="__Host-kooperation" if config.secure_cookies else "kooperation",
        SESSION_COOKIE_SECURE=config.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        TRUSTED_HOSTS=list(config.trusted_hosts) or None,
        TEMPLATES_AUTO_RELOAD=config.mode is Mode.DEVELOPMENT,
    )
    # A token lasts as long as its session: a form may stay open over lunch.
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    # Before the token is looked for, which reads the whole body.
    app.before_request(_allow_what_the_view_takes)
    CSRFProtect(app)
    app.url_map.strict_slashes = True
    app.url_map.converters |= {"digits": DigitsConverter, "int": NumberConverter}
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = True
    environment.lstrip_blocks = True
    environment.globals.update(
        static_url=static_url,
        query_url=query_url,
        config_mode=config.mode.value,
        version=__version__,
    )
    app.before_request(_begin_reading)
    app.teardown_request(_end_reading)
    app.after_request(_stay_on_this_host)
    app.after_request(_keep_token)
    _register_error_pages(app)
    _wrap(app, config)


def static_url(path: str) -> str:
    """The address of a file under static/, with a version of its content, so that it may be kept for ever."""
    return f"{STATIC_URL}{path}?v={_fingerprint(STATIC / path)}"


@cache
def _fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def query_url(endpoint: str | None = None, /, **changes: Any) -> str:
    """The address of this page, or of another view of the same, with some query parameters changed.

    None takes a parameter out. A change of anything but the page number leads back to the first page.
    """
    target = endpoint or request.endpoint
    assert target is not None
    given = {name: value for name, value in changes.items() if value not in (None, "", [])}
    dropped = {*changes, "seite"} if "seite" not in changes else {*changes}
    # What a visitor wrote into the address never becomes an argument of url_for: _scheme and the like would count.
    rest = [(name, value) for name, value in request.args.items(multi=True) if name not in dropped and value]
    address = url_for(target, **{**(request.view_args or {}), **given})
    if not rest:
        return address
    return f"{address}{'&' if '?' in address else '?'}{urlencode(rest)}"


def _allow_what_the_view_takes() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    request.max_content_length = getattr(view, "largest_request", LARGEST_REQUEST)


def _begin_reading() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    g.reading = only_reading.set(request.method in READING_METHODS or getattr(view, "reads_first", False))


def _end_reading(_error: BaseException | None) -> None:
    token = g.pop("reading", None)
    if token is not None:
        only_reading.reset(token)


def _stay_on_this_host(response: Response) -> Response:
    """Take the host out of the redirect to an address with its slash: the visitor named it, not we."""
    if isinstance(request.routing_exception, RequestRedirect) and response.location:
        path, query = urlsplit(response.location)[2:4]
        response.location = f"/{path.lstrip('/')}{'?' if query else ''}{query}"
    return response


def _keep_token(response: Response) -> Response:
    """Let the secret part of an address leave by no Referer and stay in no cache."""
    if "token" in (request.view_args or {}):
        response.headers.update(HEADERS_WITH_TOKEN)
    return response


def _register_error_pages(app: Flask) -> None:
    def page(error: HTTPException) -> HTTPException | WerkzeugResponse:
        if error.code is None or error.code < 400:
            return error
        if isinstance(error, SecurityError):
            # The host is none of ours: no link can be made for it, and so no page.
            return Response(_("Unter diesem Namen ist hier nichts zu finden.") + "\n", 400, mimetype="text/plain")
        # The answer of the error itself, since it may carry headers: Allow, Retry-After.
        response = error.get_response()
        response.set_data(render_template("errors/error.html", status=error.code, reference=None))
        return response

    def failure(_error: Exception) -> tuple[str, int]:
        # Flask has logged the exception already, on a line that carries the same reference.
        return render_template("errors/error.html", status=500, reference=reference()), 500

    def put_off(error: OperationalError) -> HTTPException | WerkzeugResponse:
        if not is_busy(error):
            raise error
        db.session.rollback()
        current_app.logger.warning("the database was busy for too long: %s", reason_of(error))
        return page(ServiceUnavailable(retry_after=SECONDS_UNTIL_TRIED_AGAIN))

    def gone(refusal: Gone) -> WerkzeugResponse:
        db.session.rollback()
        flash(_(refusal.message), "warning")
        return redirect("/")

    app.register_error_handler(Gone, gone)
    app.register_error_handler(OperationalError, put_off)
    app.register_error_handler(HTTPException, page)
    app.register_error_handler(500, failure)


def _wrap(app: Flask, config: Config) -> None:
    # The addresses carry a version of the content, so a file may be kept as long as a cache likes.
    files = WhiteNoise(
        app.wsgi_app,
        root=str(STATIC),
        prefix=STATIC_URL,
        autorefresh=config.mode is Mode.DEVELOPMENT,
        max_age=0 if config.mode is Mode.DEVELOPMENT else 31_536_000,
        allow_all_origins=False,
    )
    always = {**headers_for(config), "Cache-Control": "no-cache"}
    app.wsgi_app = _with_headers(files, always)  # type: ignore[method-assign]
    if config.proxies:
        count = config.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]


def _with_headers(answer: Any, always: Mapping[str, str]) -> Any:
    """Give every answer the headers that it lacks: also static files, what is refused of them, and redirects."""

    def answer_with_headers(environ: Any, start_response: Any) -> Any:
        def start(status: str, headers: list[tuple[str, str]], *failure: Any) -> Any:
            given = {name.lower() for name, _value in headers}
            missing = [(name, value) for name, value in always.items() if name.lower() not in given]
            return start_response(status, [*headers, *missing], *failure)

        return answer(environ, start)

    return answer_with_headers
