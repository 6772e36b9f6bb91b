"""The agenda of a joint committee: everything that waits, under headings, in every form."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import docx
import pytest
from tests.services.conferences import CHARTER, FACILITATOR, SECRETARIAT, SOCIETY, Table, head

from comity.errors import InputError
from comity.protocol.conference import Act, make_agenda
from comity.reports.docx import render_docx
from comity.reports.markdown import render_markdown
from comity.services.committee_agenda import SECTIONS, draft_agenda


@pytest.fixture(scope="module")
def busy():
    table = Table().revisions().follow_up()
    table.play(
        Act.SCHEDULE,
        SECRETARIAT,
        meeting="jc0",
        title="Opening committee",
        kind="joint committee",
        starts="2030-03-01T09:00:00+00:00",
    )
    table.play(Act.SUBMIT, SOCIETY, submission="s9", title="On inspections", words="More of them.")
    table.report("c2", "BRA").find("c2", 1, accepted=True).report("c1", "ALB", done=False)
    table.play(Act.RAISE_DISPUTE, head("CIV"), dispute="d1", words="What is a place?", commitment="c1")
    table.play(Act.RECORD_MEETING, FACILITATOR, days=30, meeting="jc0", words="We met.")
    table.play(
        Act.SCHEDULE,
        SECRETARIAT,
        meeting="jc1",
        title="First committee",
        kind="joint committee",
        starts="2030-06-20T09:00:00+00:00",
    )
    table.play(Act.ADD_AGENDA_ITEM, head("ALB"), meeting="jc1", words="Statistics")
    return table


def test_every_heading_has_what_waits(busy):
    agenda = draft_agenda(CHARTER, busy.state, at=date(2030, 5, 20))
    found = {section.about: [item.key for item in section.items] for section in agenda.sections}
    assert agenda.meeting.key == "jc1"
    assert found["dispute"] == ["d1"]
    assert found["late"] == ["c3"]
    assert found["evidence"] == ["c1"]
    assert found["tranche"] == ["c2"]
    assert found["due"] == ["c1"]
    assert found["submission"] == ["s9"], "s1 has its response and s2 is hidden"
    assert found["item"] == ["jc1"]
    assert found["opening"] == ["", "jc0"]
    assert list(found) == [about for about in SECTIONS if about in found]


def test_nothing_of_the_protocols_agenda_is_lost(busy):
    for day in (date(2030, 3, 5), date(2030, 5, 20), date(2033, 1, 1)):
        agenda = draft_agenda(CHARTER, busy.state, at=day, meeting="jc1")
        ours = [item for section in agenda.sections for item in section.items]
        assert all(item in ours for item in make_agenda(CHARTER, busy.state, day, meeting="jc1"))


def test_word_and_markdown_hold_every_line(busy):
    agenda = draft_agenda(CHARTER, busy.state, at=date(2030, 5, 20))
    raw = render_docx(agenda.document(), stamp=datetime(2030, 5, 20, tzinfo=UTC))
    assert raw == render_docx(agenda.document(), stamp=datetime(2030, 5, 20, tzinfo=UTC))
    paragraphs = docx.Document(io.BytesIO(raw)).paragraphs
    said = "\n".join(each.text for each in paragraphs)
    for section in agenda.sections:
        assert section.title in said
        for item in section.items:
            assert str(item.words) in said
    assert [p.text for p in paragraphs if p.style.name == "Heading 1"], "headings are real headings"
    assert "First committee" in render_markdown(agenda.document())


def test_an_empty_round_has_an_agenda_and_an_unknown_meeting_none():
    table = Table()
    agenda = draft_agenda(CHARTER, table.state, at=date(2030, 1, 1))
    assert agenda.meeting is None
    assert [section.about for section in agenda.sections] == ["opening", "next"]
    assert "the secretariat sets the day" in render_markdown(agenda.document())
    with pytest.raises(InputError, match="there is no meeting"):
        draft_agenda(CHARTER, table.state, at=date(2030, 1, 1), meeting="none")
