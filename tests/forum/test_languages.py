"""Every word of the interface in every language; right to left; errors and mail in the reader's language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.core import mail
from django.test import Client
from django.utils import translation

from comity.forum import languages
from comity.forum.languages import HERE, TRANSLATED, collect_messages, po_file, prepare_languages
from comity.protocol.conference import list_messages

MESSAGES = collect_messages()
PLACES = re.compile(r"%(?:\((\w+)\)s|%)")
FORMS = {"fr": 2, "es": 2, "ar": 6}


def catalogue(code: str) -> Catalog:
    with po_file(code).open("rb") as file:
        return read_po(file, locale=code)


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_message_is_translated_and_none_is_left_over(code: str) -> None:
    found = catalogue(code)
    missing, known = [], set()
    for each in MESSAGES:
        message = found.get(each.words, each.context)
        known.add(each.words)
        strings = message.string if message is not None else ""
        strings = strings if isinstance(strings, (tuple, list)) else (strings,)
        if not strings or not all(strings):
            missing.append(each.words)
    over = [
        m.id for m in found if m.id and (m.id[0] if isinstance(m.id, (tuple, list)) else m.id) not in known
    ]
    assert not missing, f"run docs/write_messages.py and translate: {missing}"
    assert not over, f"run docs/write_messages.py: {over}"
    assert not [m.id for m in found if m.id and m.fuzzy]
    assert not found.obsolete


@pytest.mark.parametrize("code", TRANSLATED)
def test_places_of_a_message_stay(code: str) -> None:
    wrong = []
    for message in catalogue(code):
        if not message.id:
            continue
        several = isinstance(message.id, (tuple, list))
        ids = message.id if several else (message.id,)
        strings = message.string if several else (message.string,)
        if several and len(strings) != FORMS[code]:
            wrong.append((message.id, "plural forms"))
        wanted = set(PLACES.findall(" ".join(ids)))
        for string in strings:
            there = set(PLACES.findall(string))
            # "one day" and "two days" need no number in Arabic
            if there - wanted or wanted - there - ({"n"} if several else set()):
                wrong.append((message.id, string))
            if "%(" in ids[0]:
                assert string % dict.fromkeys(wanted - {""}, "x") is not None
    assert not wrong


@pytest.mark.parametrize("code", TRANSLATED)
def test_what_the_protocol_says_is_said_in_the_language(code: str) -> None:
    with translation.override(code):
        same = [each for each in list_messages() if translation.gettext(each) == each]
    # words that are spelt alike in both languages, and sentences that hold only what people wrote
    alike = {
        "fr": {"adoption ad referendum", "consensus", "consultation", "public", "signature"},
        "es": {"plurilateral", "%(who)s: %(words)s"},
        "ar": {"%(who)s: %(words)s"},
    }
    assert set(same) <= alike[code], set(same) - alike[code]


def test_arabic_counts_as_arabic_does() -> None:
    said = {}
    with translation.override("ar"):
        for n in (1, 2, 3, 11, 100, 103):
            said[n] = translation.ngettext("%(n)s day", "%(n)s days", n) % {"n": n}
    assert said == {1: "يوم واحد", 2: "يومان", 3: "3 أيام", 11: "11 يوما", 100: "100 يوم", 103: "103 أيام"}


def test_one_term_for_one_thing() -> None:
    with translation.override("fr"):
        assert translation.gettext("silence procedure") == "procédure d’approbation tacite"
        assert translation.gettext("zero draft") == "avant-projet"
    with translation.override("es"):
        assert translation.gettext("silence procedure") == "procedimiento de acuerdo tácito"
    with translation.override("ar"):
        assert translation.gettext("silence procedure") == "إجراء الموافقة الصامتة"


#: Names of formats and of our own, the same in all languages.
NAMES = re.compile(
    r"\b(Comity|Word|Markdown|Akoma Ntoso|UTC|API|CSV|JSON|YAML|openapi\.json|GET|POST|US\$|SDG|LE02|error|key|"
    r"accepted|null)\b"
)


def test_no_words_in_a_template_outside_the_message_files() -> None:
    bare = []
    for path in sorted(HERE.rglob("*.html")):
        words = path.read_text(encoding="utf-8")
        words = re.sub(r"{% blocktranslate.*?{% endblocktranslate %}", "", words, flags=re.DOTALL)
        words = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", "", words, flags=re.DOTALL)
        words = re.sub(r"<(script|style|svg|code|pre)\b.*?</\1>", "", words, flags=re.DOTALL)
        shown = re.findall(r'(?:aria-label|title|placeholder|alt)="([^"]+)"', words)
        shown.append(re.sub(r"<[^>]*>", " ", words))
        left = NAMES.sub("", " ".join(shown))
        if found := re.findall(r"[A-Za-z]{3,}", left):
            bare.append((path.relative_to(HERE).as_posix(), found[:5]))
    assert not bare


@pytest.mark.django_db
@pytest.mark.parametrize("code", TRANSLATED)
def test_pages_and_errors_speak_the_language(code: str) -> None:
    client = Client(headers={"accept-language": code})
    way = "rtl" if code == "ar" else "ltr"
    with translation.override(code):
        title, lost = translation.gettext("Sign in"), translation.gettext("There is no such page")
    page = client.get("/account/login/").content.decode()
    assert f'<html lang="{code}" dir="{way}">' in page
    assert title in page
    missing = client.get("/r/nowhere/")
    assert missing.status_code == 404
    assert lost in missing.content.decode()


@pytest.mark.django_db
def test_who_may_not_is_told_in_their_language(cast) -> None:
    browser = cast.browser("observer")
    browser.cookies["comity_language"] = "fr"
    answer = browser.post("/r/coasts/course/silence/", {"key": "x"})
    assert answer.status_code == 403
    words = answer.content.decode()
    assert "observateur ministériel" in words
    assert "ouvrir la procédure d’approbation tacite" in words


@pytest.mark.django_db
def test_the_log_is_in_the_language(cast) -> None:
    cast.draft().propose()
    browser = cast.browser("bra_head")
    browser.cookies["comity_language"] = "es"
    words = browser.get("/r/coasts/moves/").content.decode()
    assert "ALB presentó «Package p1» (paquete)." in words
    assert "La ronda pasa a la fase «revisiones»." in words


@pytest.mark.django_db
def test_mail_is_in_the_language(cast, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    user = cast.user["alb_head"]
    user.email, user.password = "head@example.org", "x"
    user.set_password("a quiet harbour in winter")
    user.save()
    client = Client(headers={"accept-language": "fr"})
    client.post("/account/password/reset/", {"email": "head@example.org"})
    assert len(mail.outbox) == 1
    assert "mot de passe" in mail.outbox[0].body


def test_a_message_file_that_changed_is_compiled_anew(tmp_path: Path, monkeypatch) -> None:
    first = prepare_languages(tmp_path)
    assert first.parent.parent == tmp_path
    assert prepare_languages(tmp_path) == first
    assert sorted(each.parent.parent.name for each in first.rglob("*.mo")) == sorted(TRANSLATED)
    copy = tmp_path / "locale"
    for code in TRANSLATED:
        file = copy / code / "LC_MESSAGES" / "django.po"
        file.parent.mkdir(parents=True)
        file.write_bytes(po_file(code).read_bytes() + (b"# changed\n" if code == "es" else b""))
    monkeypatch.setattr(languages, "SOURCES", copy)
    assert prepare_languages(tmp_path) != first


def test_a_forum_that_can_write_nowhere_still_speaks(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "languages").write_text("not a folder")
    ready = prepare_languages(tmp_path)
    assert len(list(ready.rglob("*.mo"))) == len(TRANSLATED)
