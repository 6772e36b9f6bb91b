"""A Word document that a delegation has edited, and Word documents that nobody should open."""

from __future__ import annotations

import copy
import io
import time
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.protocol.text.texts import wordings

from comity.errors import InputError
from comity.protocol import text as nt
from comity.services.text_akoma import read_akoma
from comity.services.text_docx import WORD, write_docx
from comity.services.text_docx import _Page as Page
from comity.services.text_docx_plain import read_plain_docx
from comity.services.text_docx_read import Edit, open_docx, read_docx
from comity.services.text_file import load_text
from comity.services.text_upload import MOST_UPLOAD_BYTES

docx = pytest.importorskip("docx", reason="needs the extra 'forum'")
etree = pytest.importorskip("lxml.etree", reason="needs the extra 'forum'")
AT = datetime(2026, 11, 25, 2, 30, tzinfo=UTC)
LATER = "2026-11-26T09:00:00Z"
W = f"{{{WORD}}}"


@pytest.fixture
def visas() -> nt.NegotiatingText:
    text = nt.add_article(nt.NegotiatingText("Compact", revision=1), "a1", "Visas")
    text = nt.add_paragraph(text, "a1", "a1.p1", "Parties shall issue visas.", provisions=["visas"])
    text = nt.propose_wording(text, "a1.p1", "alt1", "Parties may issue visas.", "BRA")
    text = nt.add_paragraph(text, "a1", "a1.p2", "Visas are free.")
    return nt.lock(nt.add_paragraph(text, "a1", "a1.p3", "Fees are public."), "a1.p3")


class Word:
    """Does to a document what Word does when somebody edits it."""

    def __init__(self, text: nt.NegotiatingText) -> None:
        self.archive = zipfile.ZipFile(io.BytesIO(write_docx(text, at=AT)))
        self.root = etree.fromstring(self.archive.read("word/document.xml"))

    def line(self, key: str) -> etree._Element:
        mark = self.root.find(f".//{W}bookmarkStart[@{W}name='c.{key}']")
        return mark.getparent()

    def run(self, line: etree._Element, words: str) -> etree._Element:
        return next(r for r in line.iter(f"{W}r") if "".join(r.itertext()) == words)

    def made(self, kind: str, author: str, *runs: etree._Element) -> etree._Element:
        change = etree.Element(f"{W}{kind}", {f"{W}author": author, f"{W}date": LATER, f"{W}id": "900"})
        change.extend(runs)
        for words in change.iter(f"{W}t"):
            words.tag = f"{W}delText" if kind == "del" else words.tag
        return change

    def words(self, words: str, *, style: str | None = None) -> etree._Element:
        run = etree.Element(f"{W}r")
        if style:
            etree.SubElement(etree.SubElement(run, f"{W}rPr"), f"{W}rStyle", {f"{W}val": style})
        etree.SubElement(run, f"{W}t").text = words
        return run

    def replace(self, key: str, old: str, before: str, new: str, after: str, *, author: str) -> None:
        """Strike out what of a run is neither before nor after, and write something new there."""
        run = self.run(self.line(key), old)
        gone = old.removeprefix(before).removesuffix(after)
        for piece in ([self.words(before)] if before else []) + [
            self.made("del", author, self.words(gone)),
            self.made("ins", author, self.words(new)),
        ]:
            run.addprevious(piece)
        run.find(f"{W}t").text = after

    def save(self) -> bytes:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
            for part in self.archive.namelist():
                xml = part == "word/document.xml"
                new.writestr(part, etree.tostring(self.root) if xml else self.archive.read(part))
        return made.getvalue()


def test_the_changes_in_the_document_are_each_delegations_own(visas):
    word = Word(visas)
    changes = [
        (c.tag.removeprefix(W), c.get(f"{W}author"), "".join(c.itertext()))
        for c in word.root.iter(f"{W}ins", f"{W}del")
    ]
    assert changes == [("del", "BRA", "shall "), ("ins", "BRA", "may ")]
    shown = ["".join(line.itertext()) for line in word.root.iter(f"{W}p")]
    assert "1.1[Parties shall issue visas.]" in shown
    settings = etree.fromstring(word.archive.read("word/settings.xml"))
    assert settings.find(f"{W}trackRevisions") is not None
    assert {info.date_time for info in word.archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_an_edit_becomes_an_alternative_of_its_author(visas):
    word = Word(visas)
    word.replace("a1.p2.base", "Visas are free.", "Visas are ", "cheap", ".", author="ALB")
    opened = open_docx(word.save())
    assert opened.text == visas
    assert opened.edits == (Edit("ALB", "a1", "a1.p2", "base", "Visas are cheap."),)
    read = read_docx(word.save())
    assert [(one.wording, one.proponents) for one in nt.find_paragraph(read, "a1.p2").alternatives] == [
        ("Visas are free.", ()),
        ("Visas are cheap.", ("ALB",)),
    ]


def test_an_edit_of_another_delegations_words_leaves_those_as_they_were(visas):
    word = Word(visas)
    may = word.run(word.line("a1.p1.alt1"), "may ")
    inside = may.getparent()
    inside.append(word.made("del", "Jane Doe", copy.deepcopy(may)))
    inside.remove(may)
    inside.addnext(word.made("ins", "Jane Doe", word.words("should ")))
    opened = open_docx(word.save(), authors={"Jane Doe": "CIV"})
    assert opened.text == visas
    assert opened.edits == (Edit("CIV", "a1", "a1.p1", "alt1", "Parties should issue visas."),)
    with pytest.raises(InputError, match="“Jane Doe”, who belongs to no delegation"):
        open_docx(word.save())
    assert open_docx(word.save(), delegation="ALB").edits[0].delegation == "ALB"


def test_a_paragraph_struck_out_is_a_proposal_to_leave_it_out(visas):
    word = Word(visas)
    run = word.run(word.line("a1.p2.base"), "Visas are free.")
    run.addprevious(word.made("del", "CIV", copy.deepcopy(run)))
    run.getparent().remove(run)
    read = read_docx(word.save())
    assert nt.find_paragraph(read, "a1.p2").find("alt1") == nt.Alternative("alt1", "", ("CIV",))


def test_words_typed_behind_the_bracket_are_not_lost(visas):
    word = Word(visas)
    word.line("a1.p1.base").append(word.made("ins", "ALB", word.words(" Soon.", style="ComityLabel")))
    assert open_docx(word.save()).edits[0].wording == "Parties shall issue visas. Soon."


def test_a_new_line_is_a_new_paragraph_after_the_one_above(visas):
    word = Word(visas)
    for words in ("Third.", "Second."):
        line = etree.Element(f"{W}p")
        line.append(word.made("ins", "ALB", word.words(words)))
        word.line("a1.p1.base").addnext(line)
    read = read_docx(word.save())
    assert [p.key for p in read.articles[0].paragraphs] == ["a1.p1", "a1.p4", "a1.p5", "a1.p2", "a1.p3"]
    new = nt.find_paragraph(read, "a1.p4")
    assert new.bracketed
    assert new.alternatives == (nt.Alternative("new", "Second.", ("ALB",)),)


def test_a_paragraph_broken_in_two_keeps_its_words(visas):
    word = Word(visas)
    line = word.line("a1.p2.base")
    ends = etree.SubElement(etree.SubElement(etree.Element(f"{W}pPr"), f"{W}rPr"), f"{W}ins")
    ends.set(f"{W}author", "ALB")
    ends.set(f"{W}date", LATER)
    line.insert(0, ends.getparent().getparent())
    word.run(line, "Visas are free.").find(f"{W}t").text = "Visas are "
    rest = etree.Element(f"{W}p")
    rest.append(word.words("free."))
    line.addnext(rest)
    opened = open_docx(word.save())
    assert opened.edits == (Edit("ALB", "a1", "a1.p2", "base", "Visas are \nfree."),)


def test_the_same_words_twice_are_support(visas):
    word = Word(visas)
    word.replace("a1.p1.base", "Parties shall issue visas.", "Parties ", "may", " issue visas.", author="ALB")
    read = read_docx(word.save())
    assert nt.find_paragraph(read, "a1.p1").find("alt1").proponents == ("ALB", "BRA")


@pytest.mark.parametrize("key", ["a1.p3.base"])
def test_what_is_locked_cannot_be_edited(visas, key):
    word = Word(visas)
    word.line(key).append(word.made("ins", "ALB", word.words(" Yes.")))
    with pytest.raises(InputError, match=r"text\.docx: paragraph a1\.p3 is agreed and locked"):
        read_docx(word.save())


def test_edits_without_tracking_are_told_where_they_can_be_seen(visas):
    word = Word(visas)
    line = etree.Element(f"{W}p")
    line.append(word.words("Slipped in."))
    word.line("a1.p2.base").addnext(line)
    with pytest.raises(InputError, match=r"“Slipped in\.” stands outside the paragraphs of the text"):
        open_docx(word.save())
    word = Word(visas)
    word.run(word.line("a1.p1.base"), "]").find(f"{W}t").text = ")"
    with pytest.raises(InputError, match=r"the brackets or names of a1\.p1\.base were changed"):
        open_docx(word.save())
    word = Word(visas)
    word.line("a1").append(word.made("ins", "ALB", word.words(" and more")))
    with pytest.raises(InputError, match="the title “Visas” was edited"):
        open_docx(word.save())
    word = Word(visas)
    word.line("a1.p2.base").append(word.made("ins", "ALB", word.words("x")))
    for change in word.root.iter(f"{W}ins"):
        change.attrib.pop(f"{W}date", None)
    with pytest.raises(InputError, match="does not say who made it and when"):
        open_docx(word.save())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(wordings(), wordings(empty=True), wordings(empty=True), st.booleans())
def test_any_redline_of_two_delegations_gives_each_its_own_words(draft, first, second, over_alternative):
    text = nt.add_article(nt.NegotiatingText("T"), "a1", "Visas")
    text = nt.add_paragraph(text, "a1", "a1.p1", draft)
    word = Word(nt.propose_wording(text, "a1.p1", "alt1", f"{draft} X", "BRA") if over_alternative else text)
    line = word.line("a1.p1.base")
    run = next(
        run
        for run in line.iter(f"{W}r")
        if run.find(f"{W}rPr") is None or (len(run[0]) == 1 and run[0][0].tag == f"{W}rtl")
    )
    # CIV writes its words in front of all; ALB strikes out and puts in piece by piece
    made = Page("").runs
    if second:
        run.addprevious(word.made("ins", "CIV", *made(f"{second} ")))
    for change in nt.word_changes(draft, first):
        kind = {"same": None, "removed": "del", "added": "ins"}[change.kind]
        runs = made(change.words)
        for piece in [word.made(kind, "ALB", *runs)] if kind else runs:
            run.addprevious(piece)
    line.remove(run)
    opened = open_docx(word.save())
    assert nt.find_paragraph(opened.text, "a1.p1").find("base").wording == draft
    wanted = {"ALB": first, "CIV": nt.check_words(f"{second} {draft}") if second else draft}
    assert {edit.delegation: edit.wording for edit in opened.edits} == {
        code: words for code, words in wanted.items() if words != draft
    }


# ------------------------------------------------------------------------------ hostile files


def archive(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in parts.items():
            new.writestr(name, data)
    return made.getvalue()


def entity(name: str) -> bytes:
    return (
        f'<?xml version="1.0"?><!DOCTYPE {name} [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        f'<{name} xmlns:w="{WORD}"><w:body><w:p>&x;</w:p></w:body></{name}>'
    ).encode()


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><l>&j;</l>"
)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is not a .docx file"),
        (b"PK\x03\x04 not really", "is not a .docx file"),
        (b"%PDF-1.7", "is not a .docx file"),
        (b"x" * (MOST_UPLOAD_BYTES + 1), "20.0 MB is too large; accepted: at most 20 MB"),
        (archive({"word/document.xml": b" " * 5_000_000}), "packed more than 250-fold"),
        (archive({"a": b"\0" * 110_000_000}), "would unpack to"),
        (archive({f"p{n}": b"" for n in range(2001)}), "holds 2,001 parts"),
        (archive({"other": b""}), "holds no Word document"),
        (archive({"word/document.xml": b"<x>"}), "is not well-formed XML"),
        (archive({"word/document.xml": entity("w")}), "declares a document type or entities"),
        (archive({"word/document.xml": LAUGHS}), "declares a document type|not well-formed"),
        (archive({"word/document.xml": b"<a>" * 3000 + b"</a>" * 3000}), "is not well-formed XML"),
        (archive({"word/document.xml": f'<w:d xmlns:w="{WORD}"/>'.encode()}), "holds no Word document"),
        (
            archive({"word/document.xml": f'<w:d xmlns:w="{WORD}"><w:body/></w:d>'.encode()}),
            "does not hold the marks of a negotiating text; accepted: .* zero draft",
        ),
    ],
)
def test_a_hostile_word_document_gets_one_clear_line_quickly(data, says):
    start = time.process_time()
    with pytest.raises(InputError, match=says) as caught:
        load_text(data, "text.docx")
    assert "\n" not in str(caught.value)
    assert time.process_time() - start < 2


def test_an_archive_that_lies_about_a_size_is_refused():
    data = bytearray(archive({"word/document.xml": b"<x>" + b"words " * 1000 + b"</x>"}))
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = (10).to_bytes(4, "little")
    with pytest.raises(InputError, match=r"is not a \.docx file|larger than the archive says"):
        load_text(bytes(data), "text.docx")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is not well-formed XML"),
        (b"<a/>", "is not a negotiating text in Akoma Ntoso 3.0"),
        (entity("w"), "declares a document type or entities"),
        (LAUGHS, "declares a document type|not well-formed"),
        (b"<a>" * 3000 + b"</a>" * 3000, "is not well-formed XML"),
        (b"\xff\xfe" + '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'.encode("utf-16-le"), "declares a document"),
    ],
)
def test_hostile_xml_gets_one_clear_line(data, says):
    with pytest.raises(InputError, match=says):
        read_akoma(data)


# ------------------------------------------------------------------------------ other documents


def plain(*lines: tuple[str, str]) -> bytes:
    document = docx.Document()
    for style, words in lines:
        document.add_paragraph(words, style=style)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def test_any_word_document_is_a_zero_draft_by_another_verb():
    data = plain(
        ("Title", "Memorandum"),
        ("Normal", "The Parties, recalling <script>alert(1)</script>,"),
        ("Heading 1", "Visas"),
        ("Normal", "Visas are [free]."),
        ("List Bullet", "For students.\nAlways."),
        ("Heading 2", "Fees"),
        ("Normal", ""),
    )
    with pytest.raises(InputError, match="can be read as a zero draft"):
        read_docx(data)
    text = read_plain_docx(data)
    assert text.title == "Memorandum"
    assert [(a.key, a.title, [p.wording for p in a.paragraphs]) for a in text.articles] == [
        ("a1", "Preamble", ["The Parties, recalling <script>alert(1)</script>,"]),
        ("a2", "Visas", ["Visas are [free].", "For students.\nAlways."]),
        ("a3", "Fees", []),
    ]
    assert text.brackets == 0


def test_without_heading_styles_lines_that_name_an_article_are_headings():
    text = read_plain_docx(
        plain(("Normal", "Article 1: Visas"), ("Normal", "Free.")), name="moroccan draft.docx"
    )
    assert text.title == "moroccan draft"
    assert [(a.title, len(a.paragraphs)) for a in text.articles] == [("Article 1: Visas", 1)]


def test_a_document_without_words_is_refused():
    with pytest.raises(InputError, match=r"text\.docx: holds no words"):
        read_plain_docx(plain(("Normal", " ")))
