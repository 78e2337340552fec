"""What is found, in which order, and that writing keeps the index whole."""

from dataclasses import replace

import pytest
from sqlalchemy import event, func, select

from kooperation.base import index
from kooperation.base.db import db
from kooperation.base.index import Document, Rank
from kooperation.base.index.models import SearchDocument, SearchName, SearchPosting, SearchWord

PLACES = [
    ("München", "Kreisfreie Stadt · Bayern", 1_500_000, ("09162000", "091620000000", "80313"), ()),
    ("Landkreis München", "Landkreis · Bayern", 350_000, ("09184", "091840000000"), ("München",)),
    ("Garching b.München", "Stadt · Landkreis München, Bayern", 18_000, ("09184119", "85748"), ()),
    ("Münchenbernsdorf", "Stadt · Landkreis Greiz, Thüringen", 2_900, ("16076055", "07589"), ()),
    ("Neustadt a.d.Aisch", "Stadt · Landkreis Neustadt a.d.Aisch-Bad Windsheim, Bayern", 13_000, ("09575153",), ()),
    ("Neustadt an der Weinstraße", "Kreisfreie Stadt · Rheinland-Pfalz", 53_000, ("07316000", "67433"), ()),
    ("Neustadt (Hessen)", "Stadt · Landkreis Marburg-Biedenkopf, Hessen", 10_000, ("06534016",), ()),
    ("Bad Neustadt a.d.Saale", "Stadt · Landkreis Rhön-Grabfeld, Bayern", 15_000, ("09673114",), ()),
    ("Neustadt-Glewe", "Stadt · Landkreis Ludwigslust-Parchim, Mecklenburg-Vorpommern", 7_000, ("13076105",), ()),
    ("Fürstenfeldbruck", "Große Kreisstadt · Landkreis Fürstenfeldbruck, Bayern", 37_000, ("09179121", "82256"), ()),
    ("Bruck", "Gemeinde · Landkreis Ebersberg, Bayern", 1_300, ("09175113",), ()),
    ("Bruckmühl", "Markt · Landkreis Rosenheim, Bayern", 17_000, ("09187120",), ()),
    ("Kreis Unna", "Kreis · Nordrhein-Westfalen", 394_000, ("05978",), ("Unna",)),
    ("Unna", "Stadt · Kreis Unna, Nordrhein-Westfalen", 59_000, ("05978036",), ()),
    ("Sankt Augustin", "Stadt · Rhein-Sieg-Kreis, Nordrhein-Westfalen", 56_000, ("05382056",), ()),
    ("St. Wendel", "Stadt · Landkreis St. Wendel, Saarland", 25_000, ("10046117",), ()),
    ("Stuttgart", "Kreisfreie Stadt · Baden-Württemberg", 630_000, ("08111000", "70173"), ()),
    ("Halle", "Gemeinde · Landkreis Holzminden, Niedersachsen", 1_500, ("03255014",), ()),
    ("Halle (Saale)", "Kreisfreie Stadt · Sachsen-Anhalt", 242_000, ("15002000",), ()),
    ("Weiden i.d.OPf.", "Kreisfreie Stadt · Bayern", 43_000, ("09363000",), ()),
    ("Rothenburg/O.L.", "Stadt · Landkreis Görlitz, Sachsen", 4_300, ("14626460",), ()),
    ("Verwaltungsgemeinschaft Uffenheim", "Verwaltungsgemeinschaft · Bayern", 9_000, ("095755538",), ("Uffenheim",)),
    ("Verbandsgemeinde Rengsdorf-Waldbreitbach", "Verbandsgemeinde · Rheinland-Pfalz", 26_000, ("071385010",), ()),
    ("Schleswig-Holstein", "Land", 2_900_000, ("01",), ()),
    ("Neuenburg am Rhein", "Stadt · Landkreis Breisgau-Hochschwarzwald, Baden-Württemberg", 12_000, (), ()),
    ("Neunburg vorm Wald", "Stadt · Landkreis Schwandorf, Bayern", 8_400, (), ()),
    ("Am Mellensee", "Gemeinde · Landkreis Teltow-Fläming, Brandenburg", 7_000, (), ()),
    ("Gießen", "Stadt · Landkreis Gießen, Hessen", 93_000, (), ()),
    ("Moers", "Stadt · Kreis Wesel, Nordrhein-Westfalen", 104_000, (), ()),
]


def documents():
    return [
        Document(
            kind="municipality",
            subject_id=number,
            title=name,
            detail=detail,
            path=f"/kommunen/{number}/",
            names=(name, *others),
            codes=codes,
            weight=float(people),
        )
        for number, (name, detail, people, codes, others) in enumerate(PLACES)
    ]


@pytest.fixture
def places(context):
    index.put(documents())


def titles(text, **wish):
    return [hit.title for hit in index.find(text, **wish).hits]


FIRST = [
    ("München", "München"),
    ("Muenchen", "München"),
    ("munchen", "München"),
    ("MÜNCHEN", "München"),
    ("Mu\u0308nchen", "München"),
    ("muncehn", "München"),
    ("Münchn", "München"),
    ("Münchhen", "München"),
    ("Nünchen", "München"),
    ("münch", "München"),
    ("unn", "Unna"),
    ("münceh", "München"),
    ("80313", "München"),
    ("09162000", "München"),
    ("091620000000", "München"),
    ("09 1 62 0000 000", "München"),
    ("80313 München", "München"),
    ("LK München", "Landkreis München"),
    ("Lkr. München", "Landkreis München"),
    ("Kreis München", "Landkreis München"),
    ("München Landkreis", "Landkreis München"),
    ("Neustadt Aisch", "Neustadt a.d.Aisch"),
    ("Neustadt an der Aisch", "Neustadt a.d.Aisch"),
    ("Neustadt/Aisch", "Neustadt a.d.Aisch"),
    ("aisch neustadt", "Neustadt a.d.Aisch"),
    ("Neustdat Aisch", "Neustadt a.d.Aisch"),
    ("neustadt ai", "Neustadt a.d.Aisch"),
    ("Neustadt", "Neustadt an der Weinstraße"),
    ("Neustadt Weinstrasse", "Neustadt an der Weinstraße"),
    ("Neustadt Hessen", "Neustadt (Hessen)"),
    ("Neustadt Bayern", "Neustadt a.d.Aisch"),
    ("Stadt München", "München"),
    ("Kreisfreie Stadt München", "München"),
    ("9162000", "München"),
    ("6534016", "Neustadt (Hessen)"),
    ("7589", "Münchenbernsdorf"),
    ("München Altstadt", "München"),
    ("Hessen München", "München"),
    ("Neustadtglewe", "Neustadt-Glewe"),
    ("fürstenfeld-bruck", "Fürstenfeldbruck"),
    ("Fürstenfelbruck", "Fürstenfeldbruck"),
    ("feldbruck", "Fürstenfeldbruck"),
    ("LK Unna", "Kreis Unna"),
    ("Landkreis Unna", "Kreis Unna"),
    ("Unna", "Unna"),
    ("St. Augustin", "Sankt Augustin"),
    ("Sankt Wendel", "St. Wendel"),
    ("St. Wendel", "St. Wendel"),
    ("stu", "Stuttgart"),
    ("Halle", "Halle (Saale)"),
    ("Halle Saale", "Halle (Saale)"),
    ("Weiden Oberpfalz", "Weiden i.d.OPf."),
    ("Weiden in der Oberpfalz", "Weiden i.d.OPf."),
    ("Rothenburg Oberlausitz", "Rothenburg/O.L."),
    ("VG Uffenheim", "Verwaltungsgemeinschaft Uffenheim"),
    ("VGem Uffenheim", "Verwaltungsgemeinschaft Uffenheim"),
    ("VG Rengsdorf", "Verbandsgemeinde Rengsdorf-Waldbreitbach"),
    ("Schleswigholstein", "Schleswig-Holstein"),
    ("Neuenburg", "Neuenburg am Rhein"),
    ("Neunburg", "Neunburg vorm Wald"),
    ("am m", "Am Mellensee"),
    ("Mellensee", "Am Mellensee"),
    ("Giessen", "Gießen"),
    ("Mörs", "Moers"),
    ("01", "Schleswig-Holstein"),
]


@pytest.mark.parametrize(("query", "expected"), FIRST)
def test_the_first_hit_is_the_one_a_person_expects(places, query, expected):
    assert titles(query)[0] == expected
    assert index.suggest(query).hits[0].title == expected


def test_ranks_go_from_the_whole_name_over_words_and_parts_to_typos(places):
    assert [(hit.title, hit.rank) for hit in index.find("Bruck").hits] == [
        ("Bruck", Rank.EXACT),
        ("Bruckmühl", Rank.NAME_CONTINUES),
        ("Fürstenfeldbruck", Rank.PARTS),
    ]
    assert [(hit.title, hit.rank) for hit in index.find("München").hits] == [
        ("München", Rank.EXACT),
        ("Landkreis München", Rank.OTHER_NAME),
        ("Garching b.München", Rank.WORDS),
        ("Münchenbernsdorf", Rank.NAME_CONTINUES),
    ]
    assert [(hit.title, hit.rank) for hit in index.find("Bruckmuhk").hits] == [("Bruckmühl", Rank.TYPO_NAME)]


def test_of_several_the_largest_comes_first_and_each_says_where_it_is(places):
    found = index.find("Neustadt").hits
    assert [hit.title for hit in found[:3]] == [
        "Neustadt an der Weinstraße",
        "Neustadt a.d.Aisch",
        "Neustadt (Hessen)",
    ]
    assert found[1].detail == "Stadt · Landkreis Neustadt a.d.Aisch-Bad Windsheim, Bayern"


def test_the_suggestions_are_the_first_results(places):
    for query, _ in FIRST:
        assert index.suggest(query, 3).hits == index.find(query, limit=3).hits, query


def test_a_correction_is_offered_only_where_nothing_else_was_found(places):
    assert index.find("muncehn").corrected == "München"
    assert index.find("Neustdat an der Aisch").corrected == "Neustadt an der Aisch"
    assert index.find("München").corrected is None
    assert index.find("xyzxyz").corrected is None


def test_words_that_nothing_has_are_left_out_and_told(places):
    found = index.find("Rathaus Unna")
    assert (found.hits[0].title, found.left_out) == ("Unna", ("Rathaus",))
    assert index.find("Rathaus Telefonnummer").left_out == ()


def test_codes_are_found_whole_before_their_beginnings(places):
    found = index.find("09184")
    assert [(hit.title, hit.code, hit.rank) for hit in found.hits] == [
        ("Landkreis München", "09184", Rank.EXACT),
        ("Garching b.München", "09184119", Rank.NAME_CONTINUES),
    ]
    assert found.hits[0].key == "09184"


def test_a_former_name_leads_there_and_says_so(context):
    index.put(
        [Document("municipality", 1, "Neudorf", "Gemeinde", "/1/", ("Neudorf",), former=("Altdorf an der Elbe",))]
    )
    (hit,) = index.find("Altdorf").hits
    assert (hit.title, hit.former, hit.rank) == ("Neudorf", "Altdorf an der Elbe", Rank.OTHER_NAME)
    assert index.find("Neudorf").hits[0].former is None


def test_what_has_ended_comes_after_what_lives_with_the_same_rank(context):
    index.put(
        [
            Document("municipality", 1, "Altdorf", "", "/1/", weight=9, ended=True),
            Document("municipality", 2, "Altdorf", "", "/2/", weight=1),
            Document("municipality", 3, "Altdorfer Land", "", "/3/", weight=5),
        ]
    )
    assert [hit.subject_id for hit in index.find("Altdorf").hits] == [2, 1, 3]


def test_pages_follow_each_other_without_gap_and_count_all(context):
    index.put(Document("place", number, f"Neuhausen {number:03}", "", "/", weight=1) for number in range(120))
    index.put(Document("person", number, f"Anna Neuhausen {number}", "", "/") for number in range(5))
    pages = [index.find("neuhausen", limit=50, offset=offset) for offset in (0, 50, 100, 150)]
    assert [len(page.hits) for page in pages] == [50, 50, 25, 0]
    assert {page.total for page in pages} == {125}
    assert len({(hit.kind, hit.subject_id) for page in pages for hit in page.hits}) == 125
    some = index.find("neuhausen", kinds=("person",), limit=3)
    assert (some.total, some.per_kind) == (5, {"person": 5, "place": 120})
    assert {hit.kind for hit in some.hits} == {"person"}
    assert {hit.kind for hit in index.suggest("neuhausen", kinds=("person",)).hits} == {"person"}


def test_parts_of_words_are_found_in_queries_of_several_words(places):
    assert titles("augus sankt") == ["Sankt Augustin"]
    assert titles("Breitbach Rengsdorf") == ["Verbandsgemeinde Rengsdorf-Waldbreitbach"]


# ---------------------------------------------------------------- typos


def mistyped(word):
    """All ways of mistyping a word once: a letter missing, doubled, wrong, or swapped with its neighbour."""
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]
        yield word[:at] + word[at] + word[at:]
        yield word[:at] + "q" + word[at:]
        yield word[:at] + "q" + word[at + 1 :]
        yield word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
    yield word + "q"


@pytest.mark.parametrize("word", ["Unna", "München", "Stuttgart", "Fürstenfeldbruck"])
def test_each_single_typo_still_finds_the_word(places, word):
    missed = [typed for typed in mistyped(word.lower()) if len(typed) >= 4 and word not in titles(typed)]
    assert missed == []


# ---------------------------------------------------------------- writing


def tables():
    """All rows of the index without the numbers of the documents."""
    places = {
        id_: (kind, subject)
        for id_, kind, subject in db.session.execute(
            select(SearchDocument.id, SearchDocument.kind, SearchDocument.subject_id)
        )
    }
    names = [
        (*row, places[id_])
        for id_, *row in db.session.execute(
            select(SearchName.document_id, SearchName.position, SearchName.name, SearchName.joined, SearchName.former)
        )
    ]
    postings = [
        (word, places[id_]) for word, id_ in db.session.execute(select(SearchPosting.word, SearchPosting.document_id))
    ]
    words = db.session.execute(select(SearchWord.word, SearchWord.backwards, SearchWord.uses)).all()
    return sorted(places.values()), sorted(names), sorted(postings), sorted(words)


def test_putting_again_replaces_and_leaves_nothing_behind(places):
    before = tables()
    changed = [replace(document, title="Ganz anders", names=("Quellort",)) for document in documents()[:5]]
    assert index.put(changed) == 5
    assert titles("Quellort") == ["Ganz anders"] * 5
    assert titles("80313") == ["Ganz anders"]
    assert index.put(documents()) == 5
    assert tables() == before
    assert titles("Quellort") == []


def test_putting_the_same_again_writes_nothing(places):
    written = []

    def remember(_connection, _cursor, statement, *_rest):
        if not statement.lstrip().upper().startswith("SELECT"):
            written.append(statement)

    event.listen(db.engine, "before_cursor_execute", remember)
    try:
        assert index.put(documents()) == 0
    finally:
        event.remove(db.engine, "before_cursor_execute", remember)
    assert written == []


def test_removing_takes_words_away_that_nothing_else_uses(places):
    index.put([Document("person", 1, "Anna Quitzow", "", "/"), Document("person", 2, "Bernd Quitzow", "", "/")])
    index.remove("person", [1])
    assert [hit.title for hit in index.find("Quitzwo").hits] == ["Bernd Quitzow"]
    index.remove("person", [2, 77])
    words = set(db.session.scalars(select(SearchWord.word)))
    assert not words & {"anna", "bernd", "quitzow"}
    assert "munchen" in words


def test_the_order_of_writing_does_not_matter(places):
    whole = tables()
    index.remove("municipality", range(10, 20))
    index.put(documents()[15:20])
    index.put(documents()[10:15])
    assert tables() == whole


def test_clearing_empties_a_kind_or_all(places):
    index.put([Document("person", 1, "Anna Unna", "", "/")])
    index.clear("municipality")
    assert titles("Unna") == ["Anna Unna"]
    index.clear()
    for model in (SearchDocument, SearchName, SearchPosting, SearchWord):
        assert db.session.scalar(select(func.count()).select_from(model)) == 0


def test_a_document_given_twice_at_once_counts_as_the_last(context):
    index.put([Document("a", 1, "Erster", "", "/"), Document("a", 1, "Zweiter", "", "/")])
    assert titles("Zweiter") == ["Zweiter"]
    assert titles("Erster") == []


def test_several_thousand_documents_at_once_are_all_there(context):
    assert index.put(Document("a", number, f"Ort {number}", "", "/") for number in range(4_500)) == 4_500
    assert index.find("Ort", limit=1).total == 4_500
    index.remove("a", range(4_400))
    assert index.find("Ort", limit=1).total == 100


def test_words_that_find_nothing_together_find_what_most_of_them_find(places):
    found = index.find("München Weinstraße")
    assert found.hits[0].title == "München"
    assert found.left_out == ("Weinstraße",)
    three = index.find("Neustadt Aisch Glewe")
    assert (three.hits[0].title, len(three.left_out)) == ("Neustadt a.d.Aisch", 1)


def test_a_zero_in_front_is_added_only_where_one_was_lost(places):
    assert index.find("9162000").hits[0].code == "09162000"
    assert index.find("162").hits == ()
    assert not index.find("162000").hits
