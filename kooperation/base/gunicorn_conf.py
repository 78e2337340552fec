"""The settings of gunicorn: ``gunicorn -c python:kooperation.base.gunicorn_conf wsgi:app``.

``kooperation serve`` uses them too. Module-level names are gunicorn's settings.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from gunicorn import util
from gunicorn.glogging import Logger

from kooperation.base.config import ROOT, from_environment
from kooperation.base.headers import headers_for
from kooperation.base.logs import OneLine, set_up_logging
from kooperation.base.processes import READY_HANDLE, die_with_parent


class OneLineLogger(Logger):
    """Gunicorn's own log in the format of ours, all of it on stderr."""

    def setup(self, cfg: Any) -> None:
        """Take over gunicorn's handlers."""
        super().setup(cfg)
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            handler.setStream(sys.stderr)
            handler.setFormatter(OneLine())


def _refuse(connection: Any, status: int, reason: str, _message: str) -> None:
    """Answer a request that gunicorn cannot read (400, 414, 431 …): soberly, repeating nothing of what was sent."""
    body = f"{status} {reason}\n"
    headers = headers_for(_config) | {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": str(len(body)),
        "Cache-Control": "no-store",
        "Connection": "close",
    }
    lines = (f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers.items()), "", body)
    util.write_nonblock(connection, "\r\n".join(lines).encode("latin-1"))


_config = from_environment()
set_up_logging()
# The app never sees such a request, and gunicorn's own page has none of our headers.
util.write_error = _refuse

bind = f"[{_config.host}]:{_config.port}" if ":" in _config.host else f"{_config.host}:{_config.port}"
chdir = str(ROOT)
workers = _config.workers
# Browsers open connections ahead and leave them idle; two of these would stop two workers. A proxy keeps them away.
worker_class = "sync" if _config.proxies else "gthread"
threads = 1 if _config.proxies else 4
proc_name = "kooperation"

# A page takes milliseconds, an upload that the proxy has buffered seconds; whatever takes longer is a job.
timeout = 60
graceful_timeout = 30
# A leak in any library stays small; the jitter keeps the workers from restarting together.
max_requests = 20_000
max_requests_jitter = 2_000
# The sign of life of the workers is a file: on a slow disk it would stop them.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # nosec B108

limit_request_line = 8190
# Which proxies are believed is decided in one place, by KOOPERATION_PROXIES within the app.
forwarded_allow_ips = ""
forwarder_headers = ""
control_socket_disable = True

logger_class = OneLineLogger
loglevel = "warning"
errorlog = "-"
# Addresses of visitors are personal data, so there is no access log unless it is asked for; never the query string.
accesslog = "-" if _config.access_log else None
access_log_format = "%(h)s %(m)s %(U)s %(s)s %(B)s bytes %(M)s ms"


def post_fork(_server: Any, worker: Any) -> None:
    """End this worker with gunicorn's master, also when that is killed."""
    die_with_parent(worker.ppid)


def post_worker_init(_worker: Any) -> None:
    """Tell the supervisor that the app is loaded; only the first worker is heard."""
    handle = os.environ.get(READY_HANDLE)
    if handle:
        with suppress(OSError):
            os.write(int(handle), b"1")
