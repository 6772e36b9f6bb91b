"""A negotiating text as Akoma Ntoso 3.0, the OASIS standard for legal documents, and back without loss.

Articles and paragraphs are the standard's own, with ``eId`` for the key. Each alternative of a paragraph in
brackets is a ``paragraph`` that is ``alternativeTo`` the first one. What the standard has no word for
(proponents, locks, the number of the revision) are attributes in Comity's own namespace, and provisions are
listed in ``proprietary``, as the standard foresees.

Who may import me: services and doors. Start at :func:`write_akoma`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from comity.errors import InputError
from comity.protocol.text import Alternative, Article, NegotiatingText, Paragraph
from comity.services.text_upload import load_extra, parse_xml

if TYPE_CHECKING:
    from datetime import datetime

    from comity.services.text_upload import Untyped

__all__ = ["read_akoma", "write_akoma"]

AKOMA: Final = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
COMITY: Final = "urn:comity:negotiating-text:1"

_ACCEPTED: Final = "an Akoma Ntoso file that Comity wrote"


def write_akoma(text: NegotiatingText, *, at: datetime, language: str = "eng") -> bytes:
    """Write a text as Akoma Ntoso XML.

    Parameters
    ----------
    text
        The text.
    at
        When it is written; given by the door, and the only thing that is not in the text itself.
    language
        Three letters of ISO 639-2: the language of the expression.

    Returns
    -------
    bytes
        UTF-8 XML; the same for the same text and time.

    Raises
    ------
    comity.errors.MissingExtraError
        When lxml is not installed.
    """
    etree = load_extra("lxml.etree", "lxml")
    root = etree.Element(_a("akomaNtoso"), nsmap={None: AKOMA, "comity": COMITY})
    bill = etree.SubElement(root, _a("bill"), name="negotiatingText", contains="singleVersion")
    filled: list[tuple[Untyped, str]] = []
    _meta(etree, bill, text, at.date().isoformat(), language)
    preface = etree.SubElement(etree.SubElement(bill, _a("preface")), _a("longTitle"))
    filled.append((etree.SubElement(etree.SubElement(preface, _a("p")), _a("docTitle")), text.title))
    body = etree.SubElement(bill, _a("body"))
    for number, article in enumerate(text.articles, start=1):
        held = etree.SubElement(body, _a("article"), eId=article.key)
        etree.SubElement(held, _a("num")).text = f"Article {number}"
        filled.append((etree.SubElement(held, _a("heading")), article.title))
        for at_, paragraph in enumerate(article.paragraphs, start=1):
            _paragraph(etree, held, paragraph, at_, filled)
        if not article.paragraphs:
            etree.SubElement(etree.SubElement(held, _a("content")), _a("p"))
    # lines are broken between elements, never inside words
    etree.indent(root)
    for element, words in filled:
        _fill(etree, element, words)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8")) + b"\n"


def _meta(etree: Untyped, bill: Untyped, text: NegotiatingText, day: str, language: str) -> None:
    meta = etree.SubElement(bill, _a("meta"))
    identification = etree.SubElement(meta, _a("identification"), source="#org~comity")
    work = f"/akn/un/bill/negotiating-text/{text.revision}"
    for level, uri in (
        ("Work", work),
        ("Expression", f"{work}/{language}"),
        ("Manifestation", f"{work}/{language}.xml"),
    ):
        held = etree.SubElement(identification, _a(f"FRBR{level}"))
        etree.SubElement(held, _a("FRBRthis"), value=f"{uri}/!main")
        etree.SubElement(held, _a("FRBRuri"), value=uri)
        etree.SubElement(held, _a("FRBRdate"), date=day, name="written")
        etree.SubElement(held, _a("FRBRauthor"), href="#org~comity")
        if level == "Work":
            etree.SubElement(held, _a("FRBRcountry"), value="un")
        if level == "Expression":
            etree.SubElement(held, _a("FRBRlanguage"), language=language)
    codes = sorted({code for p in text.paragraphs() for one in p.alternatives for code in one.proponents})
    references = etree.SubElement(meta, _a("references"), source="#org~comity")
    for code in ("comity", *codes):
        organisation = {"eId": f"org~{code}", "href": f"/ontology/organization/{code}", "showAs": code}
        etree.SubElement(references, _a("TLCOrganization"), organisation)
    own = etree.SubElement(meta, _a("proprietary"), source="#org~comity")
    told = {"revision": str(text.revision)} | ({"adopted": "true"} if text.adopted else {})
    mine = etree.SubElement(own, _c("text"), told)
    for paragraph in text.paragraphs():
        for provision in paragraph.provisions:
            etree.SubElement(mine, _c("provision"), {"paragraph": paragraph.key, "key": provision})


def _paragraph(
    etree: Untyped, article: Untyped, paragraph: Paragraph, number: int, filled: list[tuple[Untyped, str]]
) -> None:
    for at, one in enumerate(paragraph.alternatives):
        told = {"eId": paragraph.key if at == 0 else f"{paragraph.key}~{one.key}"}
        if at:
            told["alternativeTo"] = paragraph.key
        elif paragraph.left_out:
            told["status"] = "removed"
        told[_c("alternative")] = one.key
        if one.proponents:
            told[_c("proponents")] = " ".join(f"#org~{code}" for code in one.proponents)
        if paragraph.locked:
            told[_c("locked")] = "true"
        held = etree.SubElement(article, _a("paragraph"), told)
        etree.SubElement(held, _a("num")).text = f"{number}."
        filled.append((etree.SubElement(etree.SubElement(held, _a("content")), _a("p")), one.wording))


def _fill(etree: Untyped, element: Untyped, words: str) -> None:
    lines = words.split("\n")
    element.text = lines[0]
    for line in lines[1:]:
        etree.SubElement(element, _a("eol")).tail = line


def read_akoma(data: bytes, *, name: str = "text.xml") -> NegotiatingText:
    """Read a text from Akoma Ntoso XML.

    Parameters
    ----------
    data
        The bytes of the file.
    name
        What to call the file in an error.

    Raises
    ------
    comity.errors.InputError
        When it is not XML, declares entities, was not written by Comity, or the text breaks a rule of its
        own.
    """
    root = parse_xml(data, name)
    mine = root.find(f".//{_a('proprietary')}/{_c('text')}")
    title, body = root.find(f".//{_a('docTitle')}"), root.find(f"{_a('bill')}/{_a('body')}")
    if root.tag != _a("akomaNtoso") or mine is None or title is None or body is None:
        msg = "is not a negotiating text in Akoma Ntoso 3.0"
        raise InputError(msg, file=name, accepted=_ACCEPTED)
    provisions: dict[str, list[str]] = {}
    for one in mine.iterfind(_c("provision")):
        provisions.setdefault(one.get("paragraph", ""), []).append(one.get("key", ""))
    try:
        articles = tuple(_read_article(one, provisions) for one in body.iterfind(_a("article")))
        told = mine.get("revision", "")
        # what is no number is refused by the text itself
        revision = int(told) if told.isascii() and told.isdigit() and len(told) < 10 else -1
        return NegotiatingText(_words(title), articles, revision, adopted=mine.get("adopted") == "true")
    except InputError as error:
        raise InputError(error.message, file=name, key=error.key, accepted=error.accepted) from error


def _read_article(article: Untyped, provisions: dict[str, list[str]]) -> Article:
    key = article.get("eId", "")
    heading = article.find(_a("heading"))
    held: dict[str, list[Untyped]] = {}
    for one in article.iterfind(_a("paragraph")):
        held.setdefault(one.get("alternativeTo") or one.get("eId", ""), []).append(one)
    paragraphs = []
    for paragraph, found in held.items():
        alternatives = []
        for one in found:
            words = one.find(f"{_a('content')}/{_a('p')}")
            codes = tuple(code.removeprefix("#org~") for code in one.get(_c("proponents"), "").split())
            alternatives.append(Alternative(one.get(_c("alternative"), ""), _words(words), codes))
        locked = found[0].get(_c("locked")) == "true"
        listed = tuple(provisions.get(paragraph, ()))
        paragraphs.append(Paragraph(paragraph, tuple(alternatives), listed, locked=locked))
    return Article(key, _words(heading), tuple(paragraphs))


def _words(element: Untyped) -> str:
    """Read the words of an element; a forced line end is a line end."""
    if element is None:
        return ""
    said = []
    for one in element.iter():
        if one.tag == _a("eol"):
            said.append("\n")
        said.append(one.text or "")
        if one is not element:
            said.append(one.tail or "")
    return "".join(said)


def _a(tag: str) -> str:
    return f"{{{AKOMA}}}{tag}"


def _c(tag: str) -> str:
    return f"{{{COMITY}}}{tag}"
