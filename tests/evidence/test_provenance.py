from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.errors import InputError
from comity.evidence import Reference, evidence_reference, parse

names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,12}", fullmatch=True)
values = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), min_size=1, max_size=12)
dotted = st.lists(st.from_regex(r"[A-Za-z0-9_-]{1,8}", fullmatch=True), min_size=1, max_size=4).map(".".join)

references = st.one_of(
    st.builds(
        Reference,
        st.sampled_from(["evidence", "catalogue"]),
        names,
        st.dictionaries(names, values, max_size=4),
        st.one_of(st.just(""), names),
    ),
    st.builds(Reference, st.sampled_from(["parameter", "round"]), dotted),
    st.builds(
        lambda section, text: Reference("model", section, text=text),
        st.from_regex(r"§[0-9]{1,2}\.[0-9]{1,2}", fullmatch=True),
        st.text(st.characters(categories=("L", "N")), max_size=12),
    ),
)


@given(references)
def test_a_reference_survives_being_written_and_read(reference):
    assert parse(str(reference)) == reference


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_in_one_line(text):
    try:
        reference = parse(text)
    except InputError as error:
        assert "accepted: evidence:TABLE" in str(error)
    else:
        assert parse(str(reference)) == reference


def test_reserved_marks_in_a_value_are_escaped():
    text = evidence_reference("us_visas", visa_class="B1,2", nationality="A=B[#|%]")
    assert text == "evidence:us_visas[visa_class=B1%2C2,nationality=A%3DB%5B%23%7C%25%5D]"
    assert dict(parse(text).keys) == {"visa_class": "B1,2", "nationality": "A=B[#|%]"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "evidence",
        "evidence:",
        "source:gdp",
        "evidence:gdp[country]",
        "evidence:gdp[country=]",
        "evidence:gdp[country=MAR,country=ESP]",
        "evidence:gdp[country=MAR",
        "evidence:gdp#",
        "parameter:world..trade",
        "parameter:world trade",
        "model:|text",
    ],
)
def test_what_breaks_the_grammar_is_refused(text):
    with pytest.raises(InputError, match="not a reference"):
        parse(text)


def test_a_reference_can_be_a_key():
    assert (
        len({parse("evidence:gdp[year=2023]"), parse("evidence:gdp[year=2023]"), parse("evidence:gdp")}) == 2
    )
