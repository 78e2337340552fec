"""The headers that every answer has, whoever gives it: the app, or the web server where it cannot read a request."""

from kooperation.base.config import Config

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# Two years. Only this host: what else runs below the domain is for its operator to say.
HSTS = "max-age=63072000"


def headers_for(config: Config) -> dict[str, str]:
    """The headers of an instance."""
    return HEADERS | ({"Strict-Transport-Security": HSTS} if config.secure_cookies else {})
