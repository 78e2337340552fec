"""How fast the start page is for whoever is signed in, at national scale: a Landkreis with many Gemeinden."""

import statistics
from collections.abc import Iterator
from datetime import timedelta
from http.client import HTTPConnection
from time import perf_counter

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import insert, select

from bench import Figure
from bench.data import Instance
from bench.pages import LIMIT, REQUESTS, SHARE, server, whole_and_bare
from kooperation.accounts.models import JoinRequest, Membership, User
from kooperation.accounts.rules import Role
from kooperation.accounts.services import signing_in
from kooperation.audit.models import AuditEntry
from kooperation.base.db import db, now, refresh_statistics
from kooperation.contacts.models import Profile
from kooperation.parties.models import Municipality
from kooperation.parties.rules import Level

KREIS = {True: "07232", False: "99001"}
"""Eifelkreis Bitburg-Prüm has the most municipalities; the demonstration has one like it in small."""
ENTRIES = 200_000
PAGES = {"My Kommune": "/", "state of the municipalities": "/kommunen/{}/stand/"}


def figures(instance: Instance) -> Iterator[Figure]:
    """Of each page p95 over HTTP, and its share of the bare template's requests a second; adds people and a log."""
    key = KREIS[instance.has_register]
    with instance.app.app_context():
        path, token = _fill(key)
        refresh_statistics("user_account", "membership", "profile", "join_request", "audit_entry")
        db.session.commit()
    headers = {"Cookie": f"kooperation={_cookie(instance.app, token)}"}
    addresses = {name: address.format(path) for name, address in PAGES.items()}
    with server(instance.environment) as port:
        for name, address in addresses.items():
            for _ in range(10):
                _seconds(port, address, headers)
            p95 = statistics.quantiles((_seconds(port, address, headers) for _ in range(REQUESTS)), n=20)[-1]
            yield Figure(f"signed in, p95: {name}", p95 * 1000, "ms", p95 / LIMIT, "limit 45 ms")
    for name, address in addresses.items():
        whole, bare = whole_and_bare(instance.app, address, headers)
        yield Figure(
            f"signed in, share of the bare template: {name}", bare / whole, "", bare / whole / SHARE, "limit .60"
        )


def _fill(key: str) -> tuple[str, str]:
    """A manager of the Landkreis and what surrounds them; gives the Landkreis' part of an address, and a sign-in."""
    kreis = db.session.scalars(select(Municipality).where(Municipality.key == key)).one()
    gemeinden = list(db.session.scalars(select(Municipality.id).where(Municipality.level == Level.GEMEINDE)))
    user = User(name="Karsten Kühn", email="messung@muster.example")
    user.memberships.append(Membership(municipality_id=kreis.id, municipality=kreis, role=Role.MANAGER))
    db.session.add(user)
    db.session.flush()
    people = [{"name": f"Person {n}", "email": f"person{n}@muster.example", "is_admin": False} for n in gemeinden]
    db.session.execute(insert(User), people)
    ids = list(db.session.scalars(select(User.id).where(User.id != user.id).order_by(User.id)))[: len(gemeinden)]
    pairs = list(zip(ids, gemeinden, strict=True))
    db.session.execute(
        insert(Membership), [{"user_id": u, "municipality_id": g, "role": Role.MANAGER} for u, g in pairs if u % 2]
    )
    known = set(db.session.scalars(select(Profile.municipality_id)))
    db.session.execute(
        insert(Profile),
        [
            {"municipality_id": g, "website": f"https://gemeinde{g}.example", "text": "", "text_html": ""}
            for g in (kreis.id, *gemeinden[::3])
            if g not in known
        ],
    )
    waiting = [{"user_id": u, "municipality_id": g, "role": Role.READER} for u, g in pairs if u % 10 == 0]
    db.session.execute(insert(JoinRequest), waiting)
    _log(kreis.id, gemeinden)
    token = signing_in.open_session(user, browser="Messung", at=now())
    return f"{kreis.key}-{kreis.slug}", token


def _log(kreis_id: int, gemeinden: list[int]) -> None:
    begin = now() - timedelta(days=365)
    keepers = [kreis_id, *gemeinden]
    rows = (
        {
            "at": begin + timedelta(seconds=60 * number),
            "actor_name": "Person",
            "event": "profile.edited",
            "subject_kind": "Profile",
            "subject_id": number,
            "subject_label": "Gemeinde",
            "keeper_id": keepers[number % len(keepers)],
            "is_own": False,
        }
        for number in range(ENTRIES)
    )
    while portion := [row for _, row in zip(range(10_000), rows, strict=False)]:
        db.session.execute(insert(AuditEntry), portion)


def _cookie(app: Flask, token: str) -> str:
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    return str(serializer.dumps({"_user_id": token, "_fresh": True}))


def _seconds(port: int, address: str, headers: dict[str, str]) -> float:
    begin = perf_counter()
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", address, headers=headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    assert response.status == 200, f"{address} answers {response.status}"
    assert b"Abmelden" in body, "somebody is signed in"
    return perf_counter() - begin
