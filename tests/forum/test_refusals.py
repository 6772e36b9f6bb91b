"""What was refused is said in the reader's language; no refusal of the protocol goes by untranslated."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.utils import translation

import comity
from comity.errors import InputError, say
from comity.forum.languages import TRANSLATED, collect_messages
from comity.forum.words import say_error
from comity.protocol.conference import Phase, Role, why_not
from comity.protocol.conference.acts import Act

SOURCE = Path(comity.__file__).parent
FILES = sorted([*(SOURCE / "protocol").rglob("*.py"), *(SOURCE / "forum" / "actions").rglob("*.py")])
RAISERS = {"InputError", "refuse", "_bad"}


def bare_words(tree: ast.AST) -> list[int]:
    """Lines where an error, or what it accepts, is an English literal that nobody could translate."""
    found: list[int] = []

    def look(node: ast.AST | None) -> None:
        if (isinstance(node, ast.Constant) and isinstance(node.value, str)) or isinstance(
            node, ast.JoinedStr
        ):
            found.append(node.lineno)
        elif isinstance(node, ast.IfExp):
            look(node.body)
            look(node.orelse)
        elif isinstance(node, ast.BoolOp):
            for value in node.values:
                look(value)

    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) in RAISERS:
            named = {each.arg: each.value for each in node.keywords}
            look(node.args[0] if node.args and getattr(node.func, "id", "") != "_bad" else None)
            look(node.args[2] if len(node.args) > 2 else named.get("accepted"))
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) in {"msg", "accepted"}:
            look(node.value)
    return found


def test_the_search_finds_bare_words() -> None:
    tree = ast.parse("msg = 'a'\nraise InputError(msg, accepted=x or f'{y}')\nraise refuse(say('b'))")
    assert bare_words(tree) == [2, 1] or sorted(bare_words(tree)) == [1, 2]


def test_every_refusal_can_be_translated() -> None:
    bare = {
        path.relative_to(SOURCE).as_posix(): lines
        for path in FILES
        if (lines := bare_words(ast.parse(path.read_text(encoding="utf-8"))))
    }
    assert not bare, f"say these with comity.errors.say: {bare}"


def test_every_template_that_is_said_is_in_the_message_files() -> None:
    known = {each.words for each in collect_messages()}
    said = set()
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "say":
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    said.add(first.value)
    assert len(said) > 200
    assert said <= known


def test_english_is_as_ever() -> None:
    error = InputError(
        say("%(n)s articles", n=1200), file="a.md", line=3, key="articles", accepted=say("at most %(n)s", n=9)
    )
    assert str(error) == "a.md:3: articles: 1,200 articles; accepted: at most 9"
    with translation.override("en"):
        assert say_error(error) == str(error)
    assert say_error(ValueError("x")) == "x"


@pytest.mark.parametrize("code", TRANSLATED)
def test_an_error_that_was_wrapped_is_still_translated(code: str) -> None:
    first = InputError(
        say("the text has no paragraph '%(key)s'", key="a9.p9"), accepted=say("a key that is not taken")
    )
    again = InputError(first.message, key="paragraph", accepted=first.accepted)
    with translation.override(code):
        words = say_error(again)
    assert "a9.p9" in words
    assert "the text has" not in words
    assert "not taken" not in words


def test_arabic_keeps_what_people_wrote_apart() -> None:
    error = InputError(say("the text has no paragraph '%(key)s'", key="a9.p9"), accepted="a1.p1, a1.p2")
    with translation.override("ar"):
        words = say_error(error)
    assert "\u2068a9.p9\u2069" in words
    assert "\u2068a1.p1, a1.p2\u2069" in words


def test_why_not_is_translated_with_its_words() -> None:
    error = InputError(why_not(Role.DELEGATE, Phase.SILENCE, Act.OBJECT), key="act")
    with translation.override("fr"):
        words = say_error(error)
    assert "chef de délégation" in words
    assert "may not" not in words


def test_large_numbers_are_written_as_the_language_does() -> None:
    error = InputError(say("%(kept)s characters in one paragraph", kept=20000))
    with translation.override("fr"):
        assert "20,000" not in say_error(error)
        assert "20" in say_error(error)
