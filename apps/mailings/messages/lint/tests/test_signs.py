from .. import distil
from ..features import CLIENTS, PLATFORM_NAMES, PLATFORMS, table
from ..notes import NOTE_SIGNS, in_russian
from ..signs import NOT_IN_HTML, SIGNS, signs_of
from ..titles import BY_SLUG, SPECIAL
from ..weights import UNSEEN


def test_every_feature_has_a_sign_or_a_reason_for_none():
    assert len(table()) == 307
    assert [slug for slug in table() if not signs_of(slug)] == list(NOT_IN_HTML)


def test_no_sign_is_of_two_features_but_where_the_table_has_one_twice():
    owners = {}
    for slug in table():
        for sign in signs_of(slug):
            owners.setdefault(sign, []).append(slug)
    assert {sign: slugs for sign, slugs in owners.items() if len(slugs) > 1} == {
        "inline-size:": ["css-block-inline-size", "css-inline-size"]}


def test_all_that_is_said_of_features_is_of_features_in_the_table():
    assert not {*SIGNS, *SPECIAL, *BY_SLUG, *UNSEEN} - set(table())


def test_signs_of_notes_are_of_notes_in_the_table():
    assert [(slug, note) for slug, note in NOTE_SIGNS if note not in table()[slug].notes] == []


def test_every_note_has_its_russian_words():
    notes = {note for feature in table().values() for note in feature.notes.values()}
    assert notes == set(in_russian())


def test_every_platform_of_the_table_has_a_name():
    for feature in table().values():
        for client, supports in feature.lacking.items():
            assert client in CLIENTS
            assert {support.platform for support in supports} <= set(PLATFORMS[client])
            assert {support.platform for support in supports} <= set(PLATFORM_NAMES)


def test_the_newest_version_is_the_greatest_of_one_kind():
    assert distil.newest(["15", "14"]) == "15"
    assert distil.newest(["2024-04", "2024-01"]) == "2024-04"
    assert distil.newest(["2007", "2019"]) == "2019"
    assert distil.newest(["10.3", "10.15", "9"]) == "10.15"


def test_the_newest_version_is_the_last_where_dates_stand_among_numbers():
    assert distil.newest(["2011", "2019", "16.80"]) == "16.80"
    assert distil.newest(["2019-02", "16.80", "2024-10"]) == "2024-10"
