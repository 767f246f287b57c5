"""What a model says becomes HTML that can't do harm."""

import re
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlsplit

import pytest
from django.utils.html import escape
from hypothesis import given
from hypothesis import strategies as st

from modelless_web.records.markdown import LONGEST, TAGS, to_html

HOSTILE: Final = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    '<div hx-get="/account/logout/" hx-trigger="load">x</div>',
    '<div data-hx-post="/x" hx-on:click="alert(1)">x</div>',
    '<p id="status" hx-swap-oob="true">x</p>',
    "<style>body{display:none}</style>",
    '<iframe src="https://evil.example"></iframe>',
    '<meta http-equiv="refresh" content="0;url=https://evil.example">',
    '<form action="https://evil.example"><input name="password"></form>',
    "<!-- --><script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox(1))",
    "[x](file:///etc/passwd)",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    '[x](https://a.example "onmouseover=alert(1)")',
    '[x](https://a.example/"onmouseover="alert(1))',
    "![x](https://evil.example/track.png)",
    "![x][1]\n\n[1]: https://evil.example/track.png",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "[![x](https://evil.example/a.png)](https://a.example)",
    "![a[b]c](https://evil.example/a.png)",
    "```html\n<script>alert(1)</script>\n```",
    '```"onload=alert(1)\nx\n```',
    "`<script>alert(1)</script>`",
    "| <img src=x> |\n|---|\n| <script>alert(1)</script> |",
    "# <script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\0<script>alert(1)</script>",
    "[x](//evil.example)",
    "[x](/account/logout/)",
    "[x](?page=2)",
    "[x](#top)",
    "[x](http://[)",
    "[x](https:)",
]
SCHEMES: Final = {"http", "https", "mailto"}


class Tags(HTMLParser):
    """Every element of a text, with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def assert_harmless(html: str) -> None:
    for tag, attributes in Tags(html).found:
        assert tag in TAGS
        assert attributes.keys() <= {"href", "rel", "start"}
        address = urlsplit(attributes.get("href", "https://a.example"))
        assert address.scheme in SCHEMES
        assert address.netloc or address.scheme == "mailto"
    assert "<script" not in html


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_comes_through(text: str) -> None:
    assert_harmless(to_html(text))


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_hostile_comes_through_inside_other_markup(text: str) -> None:
    assert_harmless(to_html(f"> - **{text}**\n\n1. {text}\n\n| a |\n|---|\n| {text} |"))


PIECES = st.sampled_from(
    [
        *HOSTILE,
        *("[", "]", "(", ")", "![", "](", "<", ">", '"', "'", "`", "```", "\n", "\n\n", "\\", "&"),
        *("javascript:", "on", "onclick=", "=", "script", "https://a.example", "#", "*", "|", "!"),
    ]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=20).map("".join))
def test_no_text_at_all_does_harm(text: str) -> None:
    assert_harmless(to_html(text))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Here **it** is.", "<p>Here <strong>it</strong> is.</p>"),
        ("*a* ~~b~~ `c`", "<p><em>a</em> <s>b</s> <code>c</code></p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3. a", '<ol start="3">\n<li>a</li>\n</ol>'),
        ("> a", "<blockquote>\n<p>a</p>\n</blockquote>"),
        ("```py\n1 < 2\n```", "<pre><code>1 &lt; 2\n</code></pre>"),
        ("a\n\n---\n\nb", "<p>a</p>\n<hr>\n<p>b</p>"),
        ("1 < 2 & 3", "<p>1 &lt; 2 &amp; 3</p>"),
        ("日本語 🦊", "<p>日本語 🦊</p>"),
        ("", ""),
    ],
)
def test_what_people_write_looks_as_they_mean_it(text: str, html: str) -> None:
    assert to_html(text).strip() == html


@pytest.mark.parametrize("address", ["https://a.example/b?c=d", "http://a.example", "mailto:a@b.c"])
def test_a_link_leads_out_and_passes_nothing_on(address: str) -> None:
    [_, (_, link)] = Tags(to_html(f"[x]({address})")).found
    assert link == {"href": address, "rel": "noopener noreferrer nofollow ugc"}


@pytest.mark.parametrize(
    "address", ["/history/", "//a.example", "?a", "#a", "a", "http://[", "ftp://a"]
)
def test_any_other_link_is_only_its_words(address: str) -> None:
    html = to_html(f"[words]({address})")
    assert "words" in html
    assert "href" not in html


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("# a", [3]),
        ("## a", [3]),
        ("# a\n\n## b\n\n### c\n\n## d", [3, 4, 5, 4]),
        ("# a\n\n### b", [3, 4]),
        ("### a\n\n# b", [3, 3]),
        ("# 1\n\n## 2\n\n### 3\n\n#### 4\n\n##### 5\n\n###### 6", [3, 4, 5, 6, 6, 6]),
        ("a\n=\n\nb\n-", [3, 4]),
    ],
)
def test_headings_hang_under_the_cards_own(text: str, levels: list[int]) -> None:
    assert [int(tag[1]) for tag, _ in Tags(to_html(text)).found if tag[0] == "h"] == levels


HEADINGS = st.lists(st.integers(1, 6).map(lambda level: f"{'#' * level} x"), min_size=1)


@given(HEADINGS.map("\n\n".join))
def test_no_level_of_heading_is_left_out(text: str) -> None:
    html = to_html(text)
    levels = [int(level) for level in re.findall(r"<h(\d)>", html)]
    assert levels == [int(level) for level in re.findall(r"</h(\d)>", html)]
    assert all(deeper - before <= 1 for before, deeper in zip([2, *levels], levels, strict=False))
    assert set(levels) <= {3, 4, 5, 6}


@pytest.mark.parametrize(
    "text",
    [
        "![a fox](https://a.example/fox.png)",
        "![](https://a.example/fox_(1).png)",
        '![a fox](https://a.example/fox.png "Title")',
        "![a fox](picture:sha256:0123)",
        "![a fox]()",
        "\n ![a](b) \n\n![c](d)\n",
    ],
)
def test_an_answer_of_pictures_alone_has_no_words(text: str) -> None:
    assert to_html(text) == ""


def test_words_around_a_picture_stay() -> None:
    assert to_html("Here: ![a](b) a fox").strip() == "<p>Here:  a fox</p>"


@pytest.mark.parametrize("piece", ["![", "[", "![](", "*a _", "a\n", "<b>", "&#"])
def test_a_megabyte_of_anything_is_plain_text(piece: str) -> None:
    text = (piece * 1_000_000)[:1_000_000]
    assert to_html(text) == f"<pre>{escape(text)}</pre>"


def test_the_longest_text_that_is_rendered_is_rendered() -> None:
    assert to_html("*a* ".ljust(LONGEST, "b")).startswith("<p><em>a</em>")
