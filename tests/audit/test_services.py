"""What erasure blanks in the log, and what a merger of two rows points elsewhere."""

import pytest
from sqlalchemy import select

from kooperation.audit import services as audit
from kooperation.audit.models import AuditEntry
from kooperation.base.db import db

ADDRESS = "erika.muster@muster.example"


class Thing:
    def __init__(self, number):
        self.id = number


def entry(label="Etwas", **values):
    return audit.record(audit.SHELL, "user.renamed", Thing(1), label=label, **values)


@pytest.mark.usefixtures("context")
def test_an_address_is_blanked_wherever_it_stands():
    held = entry(f"Einladung an {ADDRESS}", before={"to_whom": ADDRESS, "role": "reader"}, after={"all": [ADDRESS]})
    db.session.flush()
    audit.forget_address(ADDRESS)
    assert held.subject_label == "Einladung an gelöschtes Konto"
    assert held.before == {"to_whom": None, "role": "reader"}
    assert held.after == {"all": None}


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(
    "other",
    [f"x{ADDRESS}", f"x.{ADDRESS}", f"x-{ADDRESS}", f"{ADDRESS}s", f"{ADDRESS}.org", "erikaxmuster@muster.example"],
)
def test_a_longer_address_is_another_persons(other):
    held = entry(other, before={"email": other})
    db.session.flush()
    audit.forget_address(ADDRESS)
    assert (held.subject_label, held.before) == (other, {"email": other})


@pytest.mark.usefixtures("context")
def test_an_address_at_the_end_of_a_sentence_is_found():
    held = entry(f"An {ADDRESS}.")
    db.session.flush()
    audit.forget_address(ADDRESS)
    assert ADDRESS not in held.subject_label


@pytest.mark.usefixtures("context")
def test_what_is_kept_follows_two_rows_that_turn_out_to_be_one():
    kept = entry(kept=audit.Kept(5))
    other = entry(kept=audit.Kept(6))
    db.session.flush()
    audit.repoint_keeper(5, 9)
    db.session.expire_all()
    assert [one.keeper_id for one in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))] == [9, 6]
    assert kept.subject_kind == other.subject_kind == "Thing"


@pytest.mark.usefixtures("context")
def test_what_has_no_number_yet_is_not_recorded():
    with pytest.raises(ValueError, match="flush"):
        audit.record(audit.SHELL, "user.created", Thing(None), label="x")
