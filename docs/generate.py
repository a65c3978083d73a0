"""Writes docs/reference from the code: `python docs/generate.py`, or `--check` to fail where it is out of date."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from pydantic import AliasChoices
from pydantic.fields import FieldInfo
from typer.main import get_command

from packshot.cli import app
from packshot.engines import registry
from packshot.plates.way import product_in
from packshot.settings import Settings
from packshot.styles.filters import described
from packshot.styles.library import library
from packshot.styles.preset import CATEGORIES
from packshot.words.families import families
from packshot.words.markets import markets, sources
from packshot.words.poses import poses
from packshot.words.vocabulary import vocabulary

REFERENCE = Path(__file__).parent / "reference"
DEFAULTS = {  # of settings whose default depends on the machine
    "cache_dir": "`$XDG_CACHE_HOME/packshot`, else `~/.cache/packshot`",
    "state_dir": "`/var/lib/packshot` as root, else `$XDG_STATE_HOME/packshot`, else `~/.local/state/packshot`",
    "cpu_concurrency": "the number of cores",
}
NOTICE = "<!-- Written by docs/generate.py from the code. Do not edit. -->\n\n"


def main() -> int:
    pages = {
        "commands": commands(),
        "styles": styles(),
        "words": words(),
        "engines": engines(),
        "settings": settings(),
    }
    stale = [name for name, text in pages.items() if _current(name) != NOTICE + text]
    if "--check" in sys.argv:
        if stale:
            print(f"Out of date: {', '.join(stale)}. Run: .venv/bin/python docs/generate.py", file=sys.stderr)
        return bool(stale)
    REFERENCE.mkdir(exist_ok=True)
    for name in stale:
        (REFERENCE / f"{name}.md").write_text(NOTICE + pages[name], encoding="utf-8")
    return 0


def _current(name: str) -> str:
    page = REFERENCE / f"{name}.md"
    return page.read_text(encoding="utf-8") if page.exists() else ""


def commands() -> str:
    group = get_command(app)
    lines = ["# Commands\n"]
    context = typer.Context(group)
    for name in group.list_commands(context):  # type: ignore[attr-defined]
        lines += _command(f"packshot {name}", group.get_command(context, name))  # type: ignore[attr-defined]
    return "\n".join(lines)


def _command(name: str, command: Any) -> list[str]:
    """A section for the command, or for what it groups, one each."""
    if inner := getattr(command, "commands", None):
        lines = [f"## {name}\n\n{command.help}\n"]
        return lines + [line for word, one in inner.items() for line in _command(f"{name} {word}", one)]
    lines = [f"## {name}\n\n{command.help}\n\n| option | meaning |\n|---|---|"]
    for parameter in command.params:
        shown = ", ".join(f"`{option}`" for option in parameter.opts) if parameter.opts[0][0] == "-" else ""
        metavar = getattr(parameter, "metavar", None)
        label = f"{shown} `{metavar}`" if shown and metavar else shown or f"`{metavar or parameter.name}`"
        help_text = getattr(parameter, "help", "") or ""
        lines.append(f"| {label} | {help_text} |")
    return [*lines, ""]


def styles() -> str:
    lines = ["# Styles\n", "The styles that Packshot comes with. Prices are those of an operator who changed none.\n"]
    for category, title in CATEGORIES.items():
        lines.append(f"## {title}\n\n| style | what it is | made by | needs | price |\n|---|---|---|---|---|")
        for style in library():
            preset = style.preset
            if preset.category == category:
                maker = "the embedded studio" if style.embedded else f"`{preset.engine}`"
                price = f"{style.credits} credits" if style.credits else "free"
                marks = [f"{preset.seconds} s of video"] if preset.seconds else []
                marks += ["Pro"] if preset.pro else []
                price = ", ".join([price, *marks])
                lines.append(f"| `{style.slug}` | {style.words} | {maker} | {described(style)} | {price} |")
        lines.append("")
    return "\n".join(lines)


def words() -> str:
    lines = ["# What descriptions can say\n", "Every attribute and all its values; Packshot claims nothing else.\n"]
    for key, meaning in vocabulary().items():
        amount = "Any number of" if meaning.many else "At most one of"
        values = ", ".join(f"`{value}`" for value in meaning.values)
        lines.append(f"## {key}\n\n{meaning.means} {amount}: {values}.\n")
    lines.append("## Prompts\n\n| family | longest prompt | longest negative prompt | template | from |")
    lines.append("|---|---|---|---|---|")
    for name, family in families().items():
        avoid = f"{family.most_avoid:,} characters" if family.most_avoid else "has none"
        template = family.template.removesuffix(".j2")
        origin = f"{family.source} ({family.as_of})"
        lines.append(f"| `{name}` | {family.most:,} characters | {avoid} | `{template}` | {origin} |")
    lines.append("\n## Poses\n\n| pose | name | needs |\n|---|---|---|")
    needs = {
        "nothing": "–",
        "sides": "an engine that paints the product anew",
        "people": "an engine that paints people",
    }
    lines += [f"| `{slug}` | {pose.title} | {needs[pose.needs]} |" for slug, pose in poses().items()]
    lines.append("\n## Markets\n\n| market | codes | texts run | seasons | palette |\n|---|---|---|---|---|")
    for name, market in markets().items():
        codes = ", ".join(f"`{code.upper()}`" for code in market.codes if len(code) == 2)
        runs = "right to left" if market.direction == "rtl" else "left to right"
        lines.append(f"| `{name}` | {codes} | {runs} | {market.hemisphere}ern | {market.palette} |")
    lines.append("")
    lines += [f"{about.capitalize()}: {where}.\n" for about, where in sources().items()]
    return "\n".join([*lines[:-1], lines[-1].rstrip("\n"), ""])


def engines() -> str:
    lines = ["# Engines\n"]
    for id, kind in sorted(registry().classes.items()):
        lines.append(f"## {kind.title} (`{id}`)\n\n{kind.words}\n")
        if kind.requires:
            lines.append("Needs " + ", ".join(f"`PACKSHOT_{id.upper()}_{name}`" for name in kind.requires) + ".\n")
        lines.append(
            "| model | at most, a picture | can | sizes | licence | may be sold | runs until | product | as of |\n"
            "|---|---|---|---|---|---|---|---|---|"
        )
        for model in kind.models():
            until = model.retires_on.isoformat() if model.retires_on else "–"
            until += f", then `{model.successor}`" if model.successor else ""
            sold = "yes" if model.commercial else "no"
            can, price = model.capabilities, model.price_words
            lines.append(
                f"| `{model.id}` | {price} | {can.in_words} | {can.sizes_in_words} | {model.licence} | {sold} "
                f"| {until} | {product_in(model)} | {model.as_of.isoformat()} |"
            )
        lines.append("")
    return "\n".join(lines)


def settings() -> str:
    return "\n".join(["# Settings\n", "| variable | unless set | what it is |", "|---|---|---|", *_setting_rows(), ""])


def _setting_rows() -> Iterator[str]:
    for name, field in Settings.model_fields.items():
        if not field.exclude:
            default = DEFAULTS.get(name) or ("–" if field.default == "" else field.default)
            yield f"| {_variables(name, field)} | {default} | {field.description} |"
    yield "| `PACKSHOT_DEBUG` | – | any value: print where an error came from |"
    for id, kind in sorted(registry().classes.items()):
        for name in kind.requires:
            yield f"| `PACKSHOT_{id.upper()}_{name}` | – | needed by the engine `{id}` |"
        for name, (default, words) in kind.options.items():
            yield f"| `PACKSHOT_{id.upper()}_{name}` | {default or '–'} | {words} |"


def _variables(name: str, field: FieldInfo) -> str:
    also = field.validation_alias.choices[2:] if isinstance(field.validation_alias, AliasChoices) else []
    return ", ".join(f"`{variable}`" for variable in (f"PACKSHOT_{name.upper()}", *also))


if __name__ == "__main__":
    sys.exit(main())
