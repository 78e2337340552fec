"""Bringing the demonstration region into the database, and taking it out without a trace."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, or_, update

from kooperation.audit import services as audit
from kooperation.base import index
from kooperation.base.db import db
from kooperation.base.errors import RuleViolation
from kooperation.base.html import from_markdown
from kooperation.base.i18n import number
from kooperation.contacts.models import Profile
from kooperation.demo import accounts, queries, region
from kooperation.parties.models import municipality_table, party_table
from kooperation.parties.rules import DEMO_LAND, Level
from kooperation.register.models import Succession
from kooperation.register.queries.documents import KIND, unit_documents
from kooperation.register.rules.bodies import BodyRef
from kooperation.register.services.storing import insert_bodies, place_bodies


@dataclass(frozen=True, slots=True)
class DemoRegion:
    """The region as the log calls it: no row of its own, since SQLite gives the number of a removed row anew."""

    id: int = int(DEMO_LAND)


def load(*, actor: audit.Actor) -> int:
    """Store the region and make it findable; gives the number of its units. The caller commits.

    Refuses where the region is there already (RuleViolation).
    """
    if queries.region_ids():
        raise RuleViolation(
            f"Das Beispielgebiet {region.LAND_NAME} ist schon geladen. Entfernen Sie es zuerst: kooperation demo remove"
        )
    bodies = region.bodies()
    ids: dict[BodyRef, int] = {}
    insert_bodies(bodies, ids, lambda _rows: None)
    place_bodies(bodies, ids)
    _dissolve(ids)
    _describe(ids)
    # What was written past the session is read anew.
    db.session.expire_all()
    ours = set(ids.values())
    index.put(document for document in unit_documents() if document.subject_id in ours)
    audit.record(actor, "demo.loaded", DemoRegion(), label=region.LAND_NAME, after={"units": len(ids)})
    return len(ids)


def remove(*, actor: audit.Actor) -> int:
    """Delete the region with all that belongs to it; gives the number of its units. The caller commits.

    Refuses where it is not there, and where something else refers to it that would be lost (RuleViolation).
    """
    ids = queries.region_ids()
    if not ids:
        raise RuleViolation("Das Beispielgebiet ist nicht geladen.")
    accounts.remove()
    db.session.execute(delete(Profile).where(Profile.municipality_id.in_(ids)))
    audit.forget_keepers(ids)
    _ensure_unused(queries.references_to(ids))
    index.remove(KIND, ids)
    involved = or_(Succession.predecessor_id.in_(ids), Succession.successor_id.in_(ids))
    db.session.execute(delete(Succession).where(involved))
    db.session.execute(delete(municipality_table).where(municipality_table.c.id.in_(ids)))
    db.session.execute(delete(party_table).where(party_table.c.id.in_(ids)))
    db.session.expire_all()
    audit.record(actor, "demo.removed", DemoRegion(), label=region.LAND_NAME, before={"units": len(ids)})
    return len(ids)


def _dissolve(ids: Mapping[BodyRef, int]) -> None:
    def number_of(key: str) -> int:
        return ids[BodyRef(Level.GEMEINDE, key)]

    gone = [{"row": number_of(ending.place.key), "day": ending.dissolved_on} for ending in region.ENDINGS]
    ended = update(party_table).where(party_table.c.id == bindparam("row")).values(dissolved_on=bindparam("day"))
    db.session.connection().execute(ended, gone)
    db.session.add_all(
        Succession(
            predecessor_id=number_of(ending.place.key),
            successor_id=number_of(successor),
            is_official=True,
            reason=ending.reason,
        )
        for ending in region.ENDINGS
        for successor in ending.successors
    )
    db.session.flush()


def _describe(ids: Mapping[BodyRef, int]) -> None:
    db.session.add_all(
        Profile(
            municipality_id=ids[BodyRef(entry.level, entry.key)],
            website=entry.website,
            email=entry.email,
            phone=entry.phone,
            text=entry.text,
            text_html=str(from_markdown(entry.text)),
            entered_by_id=ids[BodyRef(Level.LANDKREIS, entry.entered_by)] if entry.entered_by else None,
        )
        for entry in region.ENTRIES
    )
    db.session.flush()


def _ensure_unused(references: Mapping[str, int]) -> None:
    if references:
        counted = ", ".join(f"{number(count)} in {table}" for table, count in references.items())
        raise RuleViolation(
            f"Das Beispielgebiet kann nicht entfernt werden: Andere Datensätze verweisen darauf und gingen mit ihm "
            f"verloren ({counted}). Löschen Sie diese zuerst."
        )
