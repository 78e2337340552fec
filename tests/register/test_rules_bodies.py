"""The bodies that an edition describes: one a unit, each with its parent and its figures."""

from datetime import date

import pytest

from kooperation.parties.rules import Level
from kooperation.register.parse import read_register_file
from kooperation.register.rules.bodies import BodyRef, NoticeKind
from kooperation.register.rules.description import bodies_of
from tests.register.builders import edition_xlsx, gemeinde, germany, gv100ad, kreis, sample, verband


def described(rows=None, form=edition_xlsx):
    data = form(sample() if rows is None else rows)
    return bodies_of(read_register_file(data if isinstance(data, bytes) else data.encode(), "x"))


@pytest.fixture(scope="module")
def edition():
    return described()


@pytest.fixture(scope="module")
def bodies(edition):
    return {body.key: body for body in edition.bodies}


def test_every_record_is_accounted_for(edition):
    accounting = edition.accounting
    assert accounting.balanced
    assert accounting.records == len(sample())
    # The cities: the three of the sample and one in each Land that it leaves out.
    cities = edition.counts[Level.KREISFREIE_STADT]
    assert accounting.repeated == {"40": cities, "50": cities + 5}
    assert accounting.no_level == {"region": 1, "former_regierungsbezirk": 1, "statistical_region": 1}


def test_a_kreisfreie_stadt_is_one_body_with_the_name_of_its_gemeinde(bodies):
    stuttgart = bodies["08111000"]
    assert (stuttgart.level, stuttgart.official_name) == (Level.KREISFREIE_STADT, "Stuttgart, Landeshauptstadt")
    assert (stuttgart.text_code, stuttgart.ars) == ("62", "081110000000")
    assert "08111" not in bodies


def test_a_verbandsfreie_gemeinde_is_one_body(bodies):
    assert "051540036" not in bodies
    assert bodies["05154036"].parent == BodyRef(Level.LANDKREIS, "05154")


PARENTS = {
    "01": None,
    "01001000": (Level.LAND, "01"),
    "01059": (Level.LAND, "01"),
    "010595919": (Level.LANDKREIS, "01059"),
    "01059126": (Level.GEMEINDEVERBAND, "010595919"),
    "01059045": (Level.LANDKREIS, "01059"),
    "03101000": (Level.LAND, "03"),
    "051": (Level.LAND, "05"),
    "05154": (Level.REGIERUNGSBEZIRK, "051"),
    "07131": (Level.LAND, "07"),
    "07000999": (Level.LAND, "07"),
    "08111000": (Level.REGIERUNGSBEZIRK, "081"),
    "081155001": (Level.LANDKREIS, "08115"),
}


@pytest.mark.parametrize(("key", "parent"), PARENTS.items())
def test_every_unit_but_a_land_has_its_parent(bodies, key, parent):
    assert bodies[key].parent == parent


def test_parents_come_before_their_children(edition):
    seen = set()
    for body in edition.bodies:
        assert body.parent is None or body.parent in seen
        seen.add(body.ref)


def test_the_order_of_the_records_makes_no_difference():
    rows = sample()
    assert described(rows[::-1]).bodies == described(rows).bodies


def test_figures_of_a_unit_above_are_sums_and_its_place_is_the_middle_weighted_by_area():
    edition = described(
        germany(
            kreis("01059", "Schleswig-Flensburg", "43"),
            verband("010595919", "Hürup"),
            gemeinde("010595919126", "Hürup", area=30.01, population=1200, male=600, lon="9,0", lat="54,0"),
            gemeinde("010595919101", "Tastrup", area=10.0, population=395, male=190, lon="10,0", lat="54,4"),
        )
    )
    amt = next(body for body in edition.bodies if body.key == "010595919")
    assert (amt.area_km2, amt.population, amt.population_male) == (40.01, 1595, 790)
    assert (amt.longitude, amt.latitude) == (pytest.approx(9.2499, abs=1e-4), pytest.approx(54.09998, abs=1e-4))
    assert amt.population_date == date(2023, 12, 31)
    land = next(body for body in edition.bodies if body.key == "01")
    assert (land.area_km2, land.population, land.longitude) == (amt.area_km2, amt.population, amt.longitude)


def test_areas_without_a_gemeinde_are_known_as_such(bodies):
    assert (bodies["09672457"].text_code, bodies["09672457"].inhabited) == ("66", False)
    assert not bodies["07000999"].inhabited
    assert bodies["09672145"].inhabited


CONTRACTS = {
    "081155001": (True, "08115021"),
    "145215115": (True, None),
    "160615051": (True, "16061119"),
    "096725606": (False, None),
    "010595919": (False, None),
}


@pytest.mark.parametrize(("key", "expected"), CONTRACTS.items())
def test_contract_associations_are_known_with_the_gemeinde_that_does_the_work(bodies, key, expected):
    body = bodies[key]
    assert (body.is_contract, body.fulfilling.key if body.fulfilling else None) == expected


def test_the_seat_tells_who_does_the_work_where_the_name_does_not():
    rows = [row.but(seat="Niederwürschnitz") if row.key == "145215115" else row for row in sample()]
    bodies = {body.key: body for body in described(rows, gv100ad).bodies}
    assert bodies["145215115"].fulfilling == BodyRef(Level.GEMEINDE, "14521440")


def test_two_members_of_one_name_tell_nobody():
    rows = [*sample(), gemeinde("160615051120", "Uder, Flecken")]
    bodies = {body.key: body for body in described(sorted(rows, key=lambda row: row.key)).bodies}
    assert bodies["160615051"].fulfilling is None


def test_the_sorbian_half_of_a_name_does_not_hide_who_does_the_work():
    rows = germany(
        kreis("14626", "Görlitz"),
        verband("146265233", "Rietschen", "54"),
        gemeinde("146265233460", "Rietschen / Rěčicy"),
        gemeinde("146265233250", "Kreba-Neudorf / Chrjebja-Nowa Wjes"),
    )
    body = next(body for body in described(rows).bodies if body.key == "146265233")
    assert body.fulfilling == BodyRef(Level.GEMEINDE, "14626460")


def notices(edition, kind):
    return [(notice.ref.key if notice.ref else None, notice.text) for notice in edition.notices if notice.kind is kind]


def test_the_region_behind_a_name_does_not_hide_who_does_the_work():
    rows = germany(
        kreis("14521", "Erzgebirgskreis"),
        verband("145215115", "Lugau", "54"),
        gemeinde("145215115380", "Lugau/Erzgeb., Stadt", "63"),
        gemeinde("145215115440", "Niederwürschnitz"),
    )
    body = next(body for body in described(rows).bodies if body.key == "145215115")
    assert body.fulfilling == BodyRef(Level.GEMEINDE, "14521380")


def test_a_missing_kreis_is_noticed_and_the_gemeinde_hangs_under_its_land(edition):
    ((key, text),) = notices(edition, NoticeKind.NO_KREIS)
    assert key == "07000999"
    assert "fehlt der Satz des Kreises 07000; übergeordnet ist das Land" in text


def test_without_a_kreis_the_real_regierungsbezirk_is_above():
    rows = [row for row in sample() if row.key != "05154"]
    body = next(body for body in described(rows).bodies if body.key == "05154036")
    assert body.parent == BodyRef(Level.REGIERUNGSBEZIRK, "051")


def test_a_skipped_level_is_counted_not_listed(edition):
    ((key, text),) = notices(edition, NoticeKind.LEVEL_SKIPPED)
    assert key is None
    direct = sum(
        body.level in (Level.LANDKREIS, Level.KREISFREIE_STADT) and body.parent.level is Level.LAND
        for body in edition.bodies
    )
    assert text.startswith(f"{direct} Kreise")


def test_what_is_no_level_is_told_once(edition):
    ((_, text),) = notices(edition, NoticeKind.NO_LEVEL)
    assert "1 Regionen, 1 frühere Regierungsbezirke und 1 Statistische Regionen" in text


def test_an_unknown_fulfilling_gemeinde_is_noticed(edition):
    assert [key for key, _ in notices(edition, NoticeKind.NO_FULFILLING)] == ["145215115"]


def test_an_association_with_one_member_is_a_body_and_noticed():
    rows = [row for row in sample() if row.key != "010595919101"]
    edition = described(rows)
    assert [key for key, _ in notices(edition, NoticeKind.SINGLE_MEMBER)] == ["010595919"]
    assert "010595919" in {body.key for body in edition.bodies}


def test_the_fixed_width_format_tells_seats_but_no_places():
    bodies = {body.key: body for body in described(form=gv100ad).bodies}
    assert (bodies["05154"].seat, bodies["01001000"].seat) == ("Kleve", "Flensburg")
    assert (bodies["01001000"].longitude, bodies["01"].longitude) == (None, None)
    assert bodies["01001000"].population_date is None
