"""A page's elements as Markdown that every front end reads, and a renderer that finds the same words in it."""

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_markdown_cell

from tools.reader.check import edition_words, page_words
from tools.reader.markdown import Markdown

ADDRESS = "https://some.where/site/book/page.html"
FORMULA = '<span class="math" data-tex="{}"><svg></svg></span>'
CASES = {
    "words": ("<p>Some <strong>bold </strong>and <em>not</em>\nso</p>", "Some **bold** and *not* so"),
    "signs": ("<p>2 * 3 is W_O, [x] costs $5 &lt;b&gt; a_b ~</p>", r"2 \* 3 is W_O, \[x\] costs \$5 \<b> a_b \~"),
    "an entity in words": ("<p>write &amp;lt; here</p>", r"write \&lt; here"),
    "no list": ("<p>1. August</p>", r"1\. August"),
    "no heading": ("<p># not one</p>", r"\# not one"),
    "code": ("<p><code>a`b_c</code></p>", "``a`b_c``"),
    "a formula": (f"<p>With {FORMULA.format('W_O &lt; 1')}.</p>", "With $W_O < 1$."),
    "a link": ('<p><a href="other.html#x">there</a></p>', "[there](https://some.where/site/book/other.html#x)"),
    "a link to here": ('<p><a href="#x">here</a></p>', f"[here]({ADDRESS}#x)"),
    "a citation": (
        '<p>So <span class="bibtex-citation">[<a href="b.html#id2">Cheng, 2023</a>]</span>.</p>',
        "So ([Cheng, 2023](https://some.where/site/book/b.html#id2)).",
    ),
    "an author": (
        '<p><span class="bibtex-citation">Cheng [<a href="b.html#id2">2023</a>]</span> say.</p>',
        "Cheng ([2023](https://some.where/site/book/b.html#id2)) say.",
    ),
    "a heading": ('<h2>The task<a class="headerlink" href="#t">#</a></h2>', "## The task"),
    "a numbered formula": (
        '<div class="math" data-tex="a\n= b" id="equation-a"><span class="eqno">(3)<a>#</a></span></div>',
        r"$$a = b \tag{3}$$",
    ),
    "a list": ("<ul><li><p>one</p></li><li><p>two</p></li></ul>", "- one\n- two"),
    "a list of paragraphs": ("<ol><li><p>one</p><p>more</p></li><li>two</li></ol>", "1. one\n\n   more\n\n2. two"),
    "a list in a list": ("<ul><li><p>one</p><ul><li>inner</li></ul></li></ul>", "- one\n\n  - inner"),
    "a table": (
        "<table><thead><tr><th>a</th><th>b|c</th></tr></thead><tbody><tr><td><p>1</p></td>"
        f"<td>{FORMULA.format('|x|')}</td></tr></tbody></table>",
        "| a | b\\|c |\n| --- | --- |\n| 1 | $\\vert x\\vert$ |",
    ),
    "a table with joined cells and a caption": (
        '<table><caption>What</caption><tr><td rowspan="2">a</td><td colspan="2"><p>b</p><p>c</p></td></tr>'
        "<tr><td><ul><li>d</li><li>e</li></ul></td></tr></table>",
        "What\n\n|  |  |  |\n| --- | --- | --- |\n| a | b<br>c | b<br>c |\n| a | d<br>e |  |",
    ),
    "a fold": (
        '<details class="sd-dropdown"><summary><span>What &amp; why</span><span class="sd-summary-state-marker">'
        '<svg></svg></span></summary><div class="sd-card-body"><p>So.</p></div></details>',
        "<details>\n<summary>What &amp; why</summary>\n\nSo.\n\n</details>",
    ),
    "a theorem": (
        '<div class="proof theorem admonition"><p class="admonition-title"><span>Theorem 1 </span>'
        ' (Loss)</p><section id="proof-content"><p>Let</p><div class="math" data-tex="x"></div></section></div>',
        "> **Theorem 1 (Loss)**\n>\n> Let\n>\n> $$x$$",
    ),
    "code of a language": ('<div class="highlight-bash notranslate"><pre>ls\n</pre></div>', "```bash\nls\n```"),
    "code with fences": ('<div class="highlight-default"><pre>```\n</pre></div>', "````\n```\n````"),
    "a figure": (
        '<figure id="f"><img alt="A [red] dot." src="../_images/d.webp"><figcaption><p><span class="caption-number">'
        'Fig. 1 </span><span class="caption-text">A dot.</span></p></figcaption></figure>',
        "![A \\[red\\] dot.](https://some.where/site/_images/d.webp)\n\n**Fig. 1** A dot.",
    ),
}


def elements(html: str):
    return BeautifulSoup(html, "html.parser").children


@pytest.mark.parametrize("name", CASES)
def test_what_is_written(name):
    html, text = CASES[name]
    assert "\n\n".join(Markdown(ADDRESS).blocks(elements(html))) == text


@pytest.mark.parametrize(
    "name", [name for name in CASES if "table" not in name and name != "a figure"]
)  # bars; words of pictures
def test_a_renderer_reads_the_same_words(name):
    html, text = CASES[name]
    assert edition_words([new_markdown_cell(text)]) == page_words(BeautifulSoup(html, "html.parser"))


def test_words_of_a_signature_and_its_parameters():
    html = """<dl class="py function"><dt class="sig sig-object py"><span>f</span><em>(x)</em><span>→ Tensor</span>
      <a class="headerlink" href="#f">#</a></dt>
      <dd><p>Does.</p><dl class="field-list"><dt>Returns:</dt><dd><p>it</p></dd></dl></dd></dl>"""
    assert Markdown(ADDRESS).blocks(elements(html)) == ["**`f(x) -> Tensor`**", "Does.", "**Returns:**", "it"]


@pytest.mark.parametrize(
    ("html", "message"),
    [
        ("<marquee>x</marquee>", "no Markdown is known for <marquee class=None>"),
        ('<p><ruby class="r">x</ruby></p>', r"no Markdown is known for <ruby class=\['r'\]>"),
        ('<ul><li><div class="cell"></div></li></ul>', "a code cell inside other text"),
    ],
)
def test_what_is_not_known_is_named(html, message):
    with pytest.raises(ValueError, match=message):
        Markdown(ADDRESS).blocks(elements(html))
