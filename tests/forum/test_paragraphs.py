"""A paragraph is laid out once for all who see the same, and nobody is shown what others see."""

from __future__ import annotations

import re

import pytest
from tests.forum.conftest import SEATS

from comity.forum.views import paragraphs
from comity.protocol.conference import Act

PAGE = "/r/coasts/text/a1/"
READERS = tuple(SEATS)
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_KEY = re.compile(r'name="key" value="([0-9a-f]+)"')


def look(cast, name: str) -> str:
    page = cast.browser(name).get(PAGE)
    assert page.status_code == 200
    return page.content.decode()


def plain(page: str) -> str:
    """The page without what differs at each request."""
    return _KEY.sub("", _TOKEN.sub("", page))


@pytest.fixture
def bracketed(cast):
    cast.draft()
    cast.play(Act.PROPOSE_WORDING, "bra_head", paragraph="a1.p1", alternative="alt1", wording="Parties may.")
    cast.play(Act.COMMENT, "civ_head", paragraph="a1.p1", words="Said in the room.")
    return cast


def test_nobody_is_shown_what_was_laid_out_for_others(bracketed):
    alone = {}
    for name in READERS:
        paragraphs.forget()
        alone[name] = plain(look(bracketed, name))
    for name in (*READERS, *reversed(READERS)):
        assert plain(look(bracketed, name)) == alone[name], name
    assert "Withdraw" in alone["bra_head"]
    assert "Withdraw" not in alone["alb_head"]
    assert "Settle on this" in alone["facilitator"]
    assert "Settle on this" not in alone["alb_head"]
    assert "Brava" in alone["alb_head"]
    assert "Brava" not in alone["society"], "who proposes what is for the room"
    assert "Said in the room." not in alone["society"]


def test_what_changes_is_laid_out_anew(bracketed):
    before = look(bracketed, "alb_head")
    bracketed.play(Act.SUPPORT_WORDING, "civ_head", paragraph="a1.p1", alternative="alt1")
    after = look(bracketed, "alb_head")
    assert "Brava, Civita" in after
    assert "Brava, Civita" not in before


def test_tokens_and_keys_are_of_each_reader(bracketed):
    one, two = look(bracketed, "alb_head"), look(bracketed, "civ_head")
    keys = _KEY.findall(one) + _KEY.findall(two)
    assert len(keys) == len(set(keys)) >= 8
    assert all(len(key) == 32 for key in keys)
    assert not set(_TOKEN.findall(one)) & set(_TOKEN.findall(two))
    assert paragraphs.MOVE_KEY_MARK not in one


def test_a_form_of_the_page_makes_its_move_once(bracketed):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(
        bracketed.user["alb_head"], backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    page = strict.get(PAGE).content.decode()
    form = re.search(
        r'action="(/r/coasts/text/a1\.p1/comment/)".*?name="key" value="([0-9a-f]+)"', page, re.DOTALL
    )
    words = {"csrfmiddlewaretoken": _TOKEN.search(page)[1], "key": form[2], "words": "From the page."}
    before = bracketed.state.moves
    for _ in range(2):
        assert strict.post(form[1], words).status_code == 302
    assert bracketed.state.moves == before + 1


def test_each_language_is_laid_out_for_itself(bracketed):
    browser = bracketed.browser("alb_head")
    english = plain(browser.get(PAGE).content.decode())
    other = plain(browser.get(PAGE, headers={"accept-language": "ar"}).content.decode())
    again = plain(browser.get(PAGE, headers={"accept-language": "en"}).content.decode())
    assert english == again
    assert 'dir="rtl"' in other


def test_hundreds_of_proposals_are_shown_in_pages(cast):
    cast.draft()
    for number in range(30):
        cast.propose(f"p{number}")
    browser = cast.browser("bra_head")
    first = browser.get("/r/coasts/proposals/").content.decode()
    second = browser.get("/r/coasts/proposals/?packages=2").content.decode()
    assert "Package p29" in first
    assert "Package p5<" not in first
    assert "Package p5<" in second
    assert browser.get("/r/coasts/proposals/?packages=x").status_code == 200


def _shown(source: str, **values: object) -> str:
    from django.template import Context, Template

    return Template("{% load forum %}" + source).render(Context(values))


def test_a_shared_part_sees_only_what_its_tag_names():
    source = "{% shared seen=seen %}[{{ seen }}|{{ hidden }}|{{ place }}]{% endshared %}"
    assert _shown(source, seen="open", hidden="a red line", place="a place") == "[open||]"


def test_a_shared_part_is_laid_out_anew_for_other_values_and_other_kinds_of_value():
    from django.template import Context, Template

    page = Template("{% load forum %}{% shared seen=seen %}{{ seen }}{% endshared %}")
    assert [page.render(Context({"seen": each})) for each in (1, True, 1.5, "<b>", 1)] == [
        "1", "True", "1.5", "&lt;b&gt;", "1",
    ]  # fmt: skip


def test_a_shared_part_refuses_what_can_be_changed_after_it_was_kept():
    with pytest.raises(TypeError, match="unhashable"):
        _shown("{% shared seen=seen %}{{ seen }}{% endshared %}", seen=["a"])


@pytest.mark.parametrize("tag", ["{% shared %}", "{% shared seen %}", "{% shared a=1 b %}"])
def test_a_shared_part_must_name_its_values(tag):
    from django.template import TemplateSyntaxError

    with pytest.raises(TemplateSyntaxError, match="name=value"):
        _shown(f"{tag}{{% endshared %}}")


def test_a_form_in_a_shared_part_has_the_readers_own_token_and_key():
    from django.template import Context, Template

    page = Template("{% load forum %}{% shared a=a %}{% csrf_token %}<i>{% move_key %}</i>{% endshared %}")
    one, two = (page.render(Context({"a": 1, "csrf_token": each})) for each in ("t" * 64, "u" * 64))
    assert "t" * 64 in one
    assert "u" * 64 in two
    assert "t" * 64 not in two
    assert re.search("<i>(.*)</i>", one)[1] != re.search("<i>(.*)</i>", two)[1]
    assert paragraphs.MOVE_KEY_MARK not in one
