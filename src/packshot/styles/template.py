"""The prompts of styles: a small part of Jinja, in a sandbox, that can say something and do nothing."""

from __future__ import annotations

from functools import lru_cache

from jinja2 import Template, nodes
from jinja2 import TemplateError as JinjaError

from packshot.errors import BadInputError
from packshot.words.prompts import environment, tidy
from packshot.words.vocabulary import vocabulary

LONGEST = 2000  # characters of a template
FILTERS = {"join", "lower", "upper", "title", "capitalize", "first", "last", "length", "default"}
FACTS = ("said", "words", "product", "person")
"""What templates may ask for: `said` the attributes of the description by key, each a list; `words` the description
itself; `product` and `person` whether a photo of one goes along."""
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
    """Raises TemplateError unless `source` renders, whatever is known of the description.

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
    everything = {key: list(meaning.values)[:1] for key, meaning in vocabulary().items()}
    render(source, words=SAMPLE, said=everything, product=True, person=True)
    render(source)


def render(
    source: str,
    *,
    words: str = "",
    said: dict[str, list[str]] | None = None,
    product: bool = False,
    person: bool = False,
) -> str:
    """What `source` says, on one line. Pure and deterministic; TemplateError where it cannot."""
    known = {key: [value.replace("-", " ") for value in (said or {}).get(key, [])] for key in vocabulary()}
    try:
        text = _template(source).render(said=known, words=tidy(words), product=product, person=person)
    except (JinjaError, TypeError, ValueError, LookupError) as error:
        raise TemplateError(
            f"The prompt cannot be rendered: {error}.", remedy="Ask first whether it is there."
        ) from None
    return " ".join(text.split())


@lru_cache(maxsize=512)
def _template(source: str) -> Template:
    return environment().from_string(source)
