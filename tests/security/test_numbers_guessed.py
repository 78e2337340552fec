"""A stranger who tries every number at every address learns nothing: not even which of them exist."""

import pytest
from werkzeug.routing import IntegerConverter

from tests.databases import LONG
from tests.security.test_forged_requests import token_of
from tests.security.walk import address, stored, without_tokens


def numbered(app):
    """Addresses with a number that somebody could count through."""
    return [
        rule
        for rule in app.url_map.iter_rules()
        if any(isinstance(rule._converters[name], IntegerConverter) for name in rule.arguments)
    ]


@pytest.mark.parametrize("who", ["guest@muster.example", "neighbour@muster.example"])
def test_a_number_that_exists_is_answered_like_one_that_does_not(app, enter, world, who):
    client = enter(who)
    token = token_of(client).group(1)
    before = stored(app)
    # Of what has a number in an address there are fewer than twelve.
    most = max(len(rows) for rows in before.values()) + 2 if LONG else 12
    assert len(numbered(app)) > 4
    foreign = {
        row["id"] for row in before["join_request"] if row["municipality_id"] == municipality(before, "08001001")
    }
    assert foreign
    for rule in numbered(app):
        answers = {}
        for number in [*range(most), 2**31, 10**30]:
            if who.startswith("neighbour") and "anfragen" in rule.rule and number in own_requests(before):
                continue
            path = address(app, rule, number=number)
            for method in sorted(rule.methods & {"GET", "POST"}):
                answer = client.open(path, method=method, data={"csrf_token": token} if method == "POST" else None)
                text = without_tokens(answer.get_data(as_text=True)).replace(path, "")
                answers.setdefault((method, answer.status_code, tuple(sorted(answer.headers.keys())), text), path)
        assert {status for _, status, _, _ in answers} == {404}, answers
        assert len(answers) == len(rule.methods & {"GET", "POST"}), rule
    assert stored(app) == before


def municipality(rows, key):
    return next(row["id"] for row in rows["party"] if row["key"] == key)


def own_requests(rows):
    """What the neighbour decides about."""
    return {row["id"] for row in rows["join_request"] if row["municipality_id"] == municipality(rows, "08002001")}


def test_who_may_see_them_sees_that_the_numbers_are_there(app, enter, world):
    client = enter("manager@muster.example")
    paths = [
        address(app, rule, number=number) for rule in numbered(app) for number in range(1, 9) if "GET" in rule.methods
    ]
    assert {200} <= {client.get(path).status_code for path in paths}
