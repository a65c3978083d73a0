"""The prompts of styles: a small part of Jinja, in a sandbox, that can say something and do nothing."""

from __future__ import annotations

from jinja2 import TemplateError as JinjaError
from jinja2 import nodes

from packshot.errors import BadInputError
from packshot.words.parse import parse
from packshot.words.templates import environment, fill, tidy
from packshot.words.vocabulary import vocabulary

LONGEST = 2000  # characters of a template
FILTERS = {"join", "lower", "upper", "title", "capitalize", "first", "last", "length", "default"}
FACTS = ("said", "words")
"""What templates may ask for: `said` the attributes of the description by key, each a list; `words` the description."""
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Filter,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Const,
)
SAMPLE = "Burgundy leather handbag with a brass clasp, on marble, for Christmas"
"""The description that templates are tried with."""


class TemplateError(BadInputError):
    """This is no template that a prompt can be made with."""


def check(source: str) -> None:
    """Raises BadInputError unless `source` can be filled in, whatever is known of the description.

    Loops, calls, arithmetic and imports are refused: nothing that a template says takes long or grows large.
    """
    try:
        tree = environment().parse(source)
    except JinjaError as error:
        raise TemplateError(f"The prompt is no template: {error.message}.", remedy="Mend its braces.") from None
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED):
            what = type(node).__name__.lower()
            raise TemplateError(
                f"A prompt cannot contain this ({what}).",
                remedy="Use words, {{ … }}, {% if … %} and filters such as join.",
            )
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            raise TemplateError(
                f"There is no filter {node.name!r}.", remedy=f"There are: {', '.join(sorted(FILTERS))}."
            )
        if isinstance(node, nodes.Name) and node.name not in FACTS:
            raise TemplateError(f"Nothing is called {node.name!r}.", remedy=f"There are: {', '.join(FACTS)}.")
    for words in (SAMPLE, ""):
        filled(source, words)


def filled(source: str, words: str = "") -> str:
    """What `source` says for a description, on one line; BadInputError where it cannot be filled in."""
    return fill(source, said=_said(words), words=tidy(words))


def _said(words: str) -> dict[str, list[str]]:
    values = parse(words).values
    return {key: [value.replace("-", " ") for value in values.get(key, ())] for key in vocabulary()}
