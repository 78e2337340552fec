"""The whole log with 200,000 entries: p95 of its pages, deep ones and rare filters too, and the export."""

import random
import statistics
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from time import perf_counter
from typing import Any

from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import insert, select, text

from bench import Figure
from bench.data import Instance
from bench.pages import server
from kooperation.accounts.models import User
from kooperation.accounts.services import signing_in, users
from kooperation.audit.models import AuditEntry
from kooperation.audit.services import SHELL
from kooperation.audit.telling import all_words
from kooperation.base.db import db, now
from kooperation.parties.models import Municipality

ENTRIES = 200_000
LIMIT = 0.045
EXPORT_LIMIT_PER_20_000 = 2.0
REQUESTS = 100
ADDRESS = "bench@muster.example"
PAGES = {
    "newest": "",
    "last page": "?seite=4000",
    "in the middle": "?seite=2000",
    "oldest first, in the middle": "?sortierung=wann&seite=2000",
    "a frequent event, deep": "?was=user.renamed&seite=500",
    "a rare event": "?was=demo.removed",
    "without an account, deep": "?wer=Kommandozeile&seite=900",
    "nobody erased yet": "?wer=gelöschtes+Konto",
    "one municipality": "?kommune={key}",
    "one record": "?datensatz=User-4711",
    "a period, deep": "?von=1.3.2024&bis=31.10.2025&seite=1000",
    "event, actor and period, deep": "?was=user.renamed&wer=Kommandozeile&von=1.2.2024&seite=300",
}


def figures(instance: Instance) -> Iterator[Figure]:
    """p95 of each page over HTTP, signed in as an administrator, and the seconds of the whole export."""
    with instance.app.app_context():
        keys = _fill(instance)
        cookie = _signed_in(instance)
    with server(instance.environment) as port:
        for name, query in PAGES.items():
            address = f"/verwaltung/protokoll/{query.format(key=keys)}".replace("ö", "%C3%B6")
            times = [_get(port, address, cookie)[0] for _ in range(REQUESTS + 10)][10:]
            p95 = statistics.quantiles(times, n=20)[-1]
            yield Figure(f"log of 200,000, p95: {name}", p95 * 1000, "ms", p95 / LIMIT, "limit 45 ms")
        seconds, size = _get(port, "/verwaltung/protokoll/export.csv", cookie)
        limit = EXPORT_LIMIT_PER_20_000 * ENTRIES / 20_000
        yield Figure(
            f"log of 200,000, as CSV ({size / 1e6:.0f} MB)", seconds, "s", seconds / limit, "limit 2 s a 20,000"
        )


def _fill(instance: Instance) -> str:
    """Write the entries; gives the key of a municipality that has some."""
    chance = random.Random(200_000)
    places = list(db.session.execute(select(Municipality.id, Municipality.key).order_by(Municipality.id)))
    events = ["user.renamed", *sorted(set(all_words().events) - {"user.renamed", "demo.removed"})]
    at = datetime(2024, 1, 1, tzinfo=UTC)
    rows: list[dict[str, Any]] = []
    for number in range(ENTRIES):
        at += timedelta(seconds=300)
        actor = chance.choice([None, None, chance.randint(1, 20), chance.randint(1, 4_000)])
        place = chance.choice([None, chance.choice(places), chance.choice(places[:50])])
        rows.append(
            {
                "at": at,
                "actor_id": actor,
                "actor_name": SHELL.name if actor is None else f"Person Nummer {actor}",
                "event": events[min(int(chance.expovariate(0.5)), len(events) - 1)],
                "subject_kind": "User",
                "subject_id": chance.randint(1, 40_000),
                "subject_label": f"Person mit üblichem Namen {number}, Musterdorf",
                "keeper_id": place.id if place else None,
                "is_own": chance.random() < 0.1,
                "before": {"name": "Vorher Soundso", "role": "reader"},
                "after": {"name": "Nachher Soundso", "role": "editor", "municipality": place.key if place else None},
            }
        )
    db.session.execute(insert(AuditEntry), rows)
    db.session.commit()
    # What the database's own housekeeping does after so many new rows.
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE audit_entry" if instance.database == "PostgreSQL" else "ANALYZE"))
    return str(places[0].key)


def _signed_in(instance: Instance) -> str:
    user = db.session.scalar(select(User).where(User.email == ADDRESS))
    user = user or users.create_user(ADDRESS, "Ada Admin", is_admin=True, actor=SHELL)
    token = signing_in.open_session(user, browser="bench", at=now())
    db.session.commit()
    signer = SecureCookieSessionInterface().get_signing_serializer(instance.app)
    assert signer is not None
    return f"{instance.app.config['SESSION_COOKIE_NAME']}={signer.dumps({'_user_id': token})}"


def _get(port: int, address: str, cookie: str) -> tuple[float, int]:
    """Seconds of a request, and the bytes of its answer."""
    begin = perf_counter()
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", address, headers={"Cookie": cookie})
    response = connection.getresponse()
    size = len(response.read())
    connection.close()
    assert response.status == 200, f"{address} answers {response.status}"
    return perf_counter() - begin, size
