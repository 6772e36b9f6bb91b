"""Random negotiating texts, and random amendments of one."""

from __future__ import annotations

from hypothesis import strategies as st

from comity.errors import InputError
from comity.protocol import text as nt

CODES = ("ALB", "BRA", "CIV", "EU", "G-77")
#: Words that are hard to keep: scripts, brackets, marks of Markdown and XML, odd spaces.
HARD = (
    "Les États s'efforcent d’accorder « 10 000 » visas à l’été.",
    "تعمل الأطراف على تيسير الهجرة النظامية، بما فيها \u200f(أ) و(ب).",
    "[ALB: not a bracket] [[base: nor this]] ]] [",
    "<script>alert('x')</script> & &amp; ]]> <!-- -->",
    "# not a title\n\n- nor a list\n\\* nor \\[this\\]\n> quote",
    "a\tb  c\u00a0d\ne",
    "{#a1.p1} ``` --- === +++ | ~~ __ ** \\ \\\\ $x$",
    "Ends with a backslash \\",
    "e\u0301 é \U0001f30d \u200d",
    "- ALB: {base} (locked)",
)
_FIT = st.characters(
    codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co"), exclude_characters="\u202d\u202e"
)


def wordings(*, empty: bool = False) -> st.SearchStrategy[str]:
    """Return words as :func:`comity.protocol.text.check_words` keeps them."""
    free = st.text(st.one_of(_FIT, st.sampled_from("\n\t []{}<>&\\*#:-|`_~")), max_size=40)
    words = st.one_of(st.sampled_from(HARD), free, st.builds("{} {}".format, free, st.sampled_from(HARD)))
    return words.map(nt.check_words).filter(lambda kept: empty or bool(kept))


def titles() -> st.SearchStrategy[str]:
    """Return titles as they are kept."""
    return wordings().map(lambda words: nt.check_title(words[:100] + "."))


def codes() -> st.SearchStrategy[tuple[str, ...]]:
    """Return some delegations."""
    return st.lists(st.sampled_from(CODES), unique=True, max_size=3).map(tuple)


@st.composite
def paragraphs(draw: st.DrawFn, key: str) -> nt.Paragraph:
    """Draw a paragraph: with or without words of the draft, in brackets or not, locked or not."""
    words = draw(st.lists(wordings(empty=True), min_size=1, max_size=3, unique=True))
    with_base = draw(st.booleans())
    keys = [nt.BASE if with_base and n == 0 else f"alt{n}" for n in range(len(words))]
    alternatives = tuple(nt.Alternative(k, w, draw(codes())) for k, w in zip(keys, words, strict=True))
    provisions = draw(st.lists(st.sampled_from(["visas", "ESP.LE02, two", "fees"]), max_size=2, unique=True))
    bracketed = len(words) > 1 or not with_base
    return nt.Paragraph(key, alternatives, tuple(provisions), locked=not bracketed and draw(st.booleans()))


@st.composite
def texts(draw: st.DrawFn) -> nt.NegotiatingText:
    """Draw a whole text, sometimes adopted."""
    articles = []
    for number in draw(st.lists(st.integers(1, 9), unique=True, max_size=3)):
        numbers = draw(st.lists(st.integers(1, 9), unique=True, max_size=3))
        held = tuple(draw(paragraphs(f"a{number}.p{one}")) for one in numbers)
        articles.append(nt.Article(f"a{number}", draw(titles()), held))
    text = nt.NegotiatingText(draw(titles()), tuple(articles), draw(st.integers(0, 3)))
    return nt.adopt(text) if not text.brackets and draw(st.booleans()) else text


@st.composite
def amendments(draw: st.DrawFn, text: nt.NegotiatingText) -> nt.NegotiatingText:
    """Draw one amendment of a text; the text itself where the verb refuses it."""
    held = [paragraph.key for paragraph in text.paragraphs()]
    articles = [article.key for article in text.articles]
    article = draw(st.sampled_from([*articles, "a1"]))
    key = draw(st.sampled_from([*held, "a1.p1"]))
    options = [one.key for p in text.paragraphs() if p.key == key for one in p.alternatives]
    option = draw(st.sampled_from([*options, nt.BASE, "alt1"]))
    code = draw(st.sampled_from(CODES))
    after = draw(st.sampled_from([None, nt.FIRST, *articles, *held]))
    words = draw(wordings(empty=True))
    verbs = {
        "article": lambda: nt.add_article(text, nt.next_key(text), f"T {words}"[:90], after=after),
        "paragraph": lambda: nt.add_paragraph(
            text, article, nt.next_key(text, article), words, proponents=draw(codes()), after=after
        ),
        "propose": lambda: nt.propose_wording(text, key, nt.next_key(text, key), words, code),
        "support": lambda: nt.support(text, key, option, code),
        "withdraw": lambda: nt.withdraw(text, key, option, code),
        "settle": lambda: nt.settle(text, key, option),
        "compromise": lambda: nt.settle(text, key, wording=words),
        "lock": lambda: nt.lock(text, key),
        "title": lambda: nt.retitle_article(text, article, f"T {words}"[:90]),
        "revision": lambda: nt.next_revision(text),
        "adopt": lambda: nt.adopt(text),
    }
    # adoption ends all; it is drawn, but rarely
    name = draw(st.sampled_from([*verbs, "paragraph", "propose", "propose", "support", "settle"]))
    try:
        return verbs[name]()
    except InputError:
        return text


@st.composite
def histories(draw: st.DrawFn) -> list[nt.NegotiatingText]:
    """Draw a text and what some amendments make of it, one after the other."""
    steps = [
        nt.add_paragraph(nt.add_article(nt.NegotiatingText("T"), "a1", "Visas"), "a1", "a1.p1", "Visas.")
    ]
    for _ in range(draw(st.integers(0, 12))):
        steps.append(draw(amendments(steps[-1])))
    return steps
