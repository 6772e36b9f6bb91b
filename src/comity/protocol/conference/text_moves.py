"""What moves do to the text. A paragraph that somebody changed in the meantime is never overwritten.

Who may import me: this room. Start at :data:`TEXT_MOVES`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from comity.errors import say
from comity.protocol import text as words
from comity.protocol.conference.acts import Act
from comity.protocol.conference.parts import Notice, Revision
from comity.protocol.conference.state import put
from comity.protocol.conference.words import own, refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from comity.protocol.conference import terms
    from comity.protocol.conference.charter import Charter
    from comity.protocol.conference.moves import Move
    from comity.protocol.conference.state import Conference
    from comity.protocol.text import NegotiatingText

__all__ = ["TEXT_MOVES", "keep_revision", "notices_of"]

Changes = dict[str, Any]


def keep_revision(state: Conference, move: Move, note: str) -> Changes:
    """Keep the text as it stands, and number it on; the first kept text is revision 0."""
    text = words.next_revision(state.text) if state.revisions else state.text
    kept = Revision(text.revision, text, move.at, state.moves + 1, note)
    return {"text": text, "revisions": (*state.revisions, kept)}


def notices_of(
    state: Conference, move: Move, subject: str, key: str, *, seen: int | None, found: int
) -> Changes:
    """Tell who edits that the thing has changed since they read it; nothing where they read what stands."""
    if seen is None or seen == found:
        return {}
    if seen > found:
        msg = say(
            "there is no version %(seen)s of %(subject)s %(key)s yet",
            seen=seen,
            subject=own(subject),
            key=key,
        )
        raise refuse(msg, key="seen", accepted=say("a version up to %(found)s", found=found))
    notice = Notice(state.moves + 1, move.seat, subject, key, seen, found, move.at)
    return {"notices": (*state.notices, notice)}


def _changed(state: Conference, paragraph: str, text: NegotiatingText) -> Changes:
    return {"text": text, "versions": put(state.versions, paragraph, state.versions.get(paragraph, 0) + 1)}


def _check_provisions(charter: Charter, provisions: tuple[str, ...]) -> None:
    for provision in provisions:
        charter.check_value(provision, None)


def _add_article(_: Charter, state: Conference, __: Move, asked: terms.AddArticle) -> Changes:
    return {"text": words.add_article(state.text, asked.key, asked.title, after=asked.after)}


def _retitle_article(_: Charter, state: Conference, __: Move, asked: terms.RetitleArticle) -> Changes:
    return {"text": words.retitle_article(state.text, asked.article, asked.title)}


def _add_paragraph(charter: Charter, state: Conference, move: Move, asked: terms.AddParagraph) -> Changes:
    _check_provisions(charter, asked.provisions)
    owner = move.seat.delegation
    text = words.add_paragraph(
        state.text,
        asked.article,
        asked.key,
        asked.wording,
        proponents=() if owner is None else (owner,),
        after=asked.after,
        provisions=asked.provisions,
    )
    return _changed(state, asked.key, text)


def _propose_wording(_: Charter, state: Conference, move: Move, asked: terms.ProposeWording) -> Changes:
    owner = move.seat.delegation or ""
    text = words.propose_wording(state.text, asked.paragraph, asked.alternative, asked.wording, owner)
    found = state.versions[asked.paragraph]
    told = notices_of(state, move, "paragraph", asked.paragraph, seen=asked.seen, found=found)
    return {**_changed(state, asked.paragraph, text), **told}


def _support(_: Charter, state: Conference, move: Move, asked: terms.SupportWording) -> Changes:
    text = words.support(state.text, asked.paragraph, asked.alternative, move.seat.delegation or "")
    return _changed(state, asked.paragraph, text)


def _withdraw(_: Charter, state: Conference, move: Move, asked: terms.WithdrawWording) -> Changes:
    text = words.withdraw(state.text, asked.paragraph, asked.alternative, move.seat.delegation or "")
    return _changed(state, asked.paragraph, text)


def _settle(_: Charter, state: Conference, __: Move, asked: terms.SettleParagraph) -> Changes:
    words.find_paragraph(state.text, asked.paragraph)  # says so if there is none
    found = state.versions[asked.paragraph]
    if asked.seen is not None and asked.seen != found:
        msg = say(
            "paragraph %(paragraph)s has changed since it was read (version %(seen)s, now %(found)s)",
            paragraph=asked.paragraph,
            seen=asked.seen,
            found=found,
        )
        raise refuse(msg, key="seen", accepted=say("the paragraph read again, and then settled"))
    text = words.settle(state.text, asked.paragraph, asked.alternative, wording=asked.wording)
    if text == state.text:
        msg = say("paragraph %(paragraph)s has no brackets and reads so already", paragraph=asked.paragraph)
        raise refuse(msg, key="paragraph", accepted=say("a paragraph in brackets, or other words"))
    return _changed(state, asked.paragraph, text)


def _lock(_: Charter, state: Conference, __: Move, asked: terms.LockParagraph) -> Changes:
    return _changed(state, asked.paragraph, words.lock(state.text, asked.paragraph))


def _reopen(_: Charter, state: Conference, __: Move, asked: terms.ReopenParagraph) -> Changes:
    """Nothing is agreed until everything is: before adoption, what was locked can be opened, in the open."""
    paragraph = words.find_paragraph(state.text, asked.paragraph)
    if not paragraph.locked:
        msg = say("paragraph %(paragraph)s is not locked", paragraph=asked.paragraph)
        raise refuse(msg, key="paragraph", accepted=say("a paragraph that was agreed provisionally"))
    unlocked = replace(paragraph, locked=False)
    articles = tuple(
        replace(
            article, paragraphs=tuple(unlocked if one is paragraph else one for one in article.paragraphs)
        )
        if asked.paragraph.startswith(f"{article.key}.")
        else article
        for article in state.text.articles
    )
    return _changed(state, asked.paragraph, replace(state.text, articles=articles))


def _cut_revision(_: Charter, state: Conference, move: Move, asked: terms.CutRevision) -> Changes:
    if not any(state.text.paragraphs()):
        msg = say("the text has no paragraph yet")
        raise refuse(msg, accepted=say("a text with words"))
    if state.revisions and state.revisions[-1].text == state.text:
        msg = say("nothing has changed since revision %(revision)s", revision=state.text.revision)
        raise refuse(msg, accepted=say("a changed text"))
    return keep_revision(state, move, asked.note)


TEXT_MOVES: Final[Mapping[Act, Callable[[Charter, Conference, Move, Any], Changes]]] = {
    Act.ADD_ARTICLE: _add_article,
    Act.RETITLE_ARTICLE: _retitle_article,
    Act.ADD_PARAGRAPH: _add_paragraph,
    Act.PROPOSE_PARAGRAPH: _add_paragraph,
    Act.PROPOSE_WORDING: _propose_wording,
    Act.SUPPORT_WORDING: _support,
    Act.WITHDRAW_WORDING: _withdraw,
    Act.SETTLE_PARAGRAPH: _settle,
    Act.LOCK_PARAGRAPH: _lock,
    Act.REOPEN_PARAGRAPH: _reopen,
    Act.CUT_REVISION: _cut_revision,
}
"""For each act on the text: what changes in the state."""
