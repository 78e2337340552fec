"""The real register in both databases: what three editions and two files of changes leave there."""

from datetime import date

from sqlalchemy import select

from kooperation.base.db import db
from kooperation.parties.models import Municipality
from kooperation.parties.queries import municipality_by_key
from kooperation.register.queries.state import register_state
from kooperation.register.queries.units import successions_of


def test_from_2021_over_2023_to_2024_nothing_is_lost(load):
    load("2021")
    numbers = set(db.session.scalars(select(Municipality.id)))
    load("changes 2023", "2023", "changes 2024", "2024")
    assert numbers <= set(db.session.scalars(select(Municipality.id)))
    state = register_state()
    assert sum(state.bodies.values()) == 12_491
    assert state.population == 84_669_326
    assert len(state.editions) == 3
    assert len(state.change_files) == 2


def test_großer_auersberg_leads_to_both_its_successors(load):
    load("2023", "2024", "changes 2024")
    unit = municipality_by_key("09672457")
    assert unit.dissolved_on == date(2024, 1, 1)
    assert {one.name for one in successions_of(unit)} == {"Markt Wildflecken", "Riedenberg"}
    assert all(one.is_official for one in successions_of(unit))
