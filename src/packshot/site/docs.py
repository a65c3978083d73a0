"""The documentation, as pages of ours: the same Markdown files that Sphinx builds."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from markupsafe import Markup, escape

import packshot
from packshot.accounts.browser import MaybeViewer
from packshot.errors import NotFoundError
from packshot.web.render import render

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML

router = APIRouter(prefix="/docs", include_in_schema=False)

_TREE = re.compile(r"```\{toctree\}\n:caption: (?P<caption>.+)\n(?P<rest>[^`]*)```\n*")
_OPTION = re.compile(r":\w+:.*")
_NOT_A_WORD = re.compile(r"[^\w]+")


@dataclass(frozen=True)
class Section:
    """A group of pages: their titles by path."""

    caption: str
    pages: dict[str, str]


def folder() -> Path:
    """Where the files lie: in the checkout, else in the installed package."""
    installed = Path(packshot.__path__[0], "site", "docs")
    return installed if installed.is_dir() else Path(packshot.__path__[0]).parents[1] / "docs"


@router.get("")
@router.get("/")
async def first(request: Request, _: MaybeViewer) -> Response:
    return _page(request, "index")


@router.get("/{path:path}")
async def page(request: Request, path: str, _: MaybeViewer) -> Response:
    return _page(request, path.removesuffix(".html").removesuffix(".md").strip("/"))


def _page(request: Request, path: str) -> Response:
    text = _sources().get(path)
    if text is None:
        raise NotFoundError("There is no such page in the documentation.", remedy="Start from its first page.")
    html = _markdown().render(_TREE.sub("", text), {"path": path})
    return render(
        request,
        "site/docs.html",
        title=_title(text),
        text=Markup(html),  # noqa: S704 -- made of our own files, with raw HTML off
        sections=_sections(),
        here=path,
    )


@cache
def _sources() -> dict[str, str]:
    """Every page's text by its path."""
    root = folder()
    return {
        file.relative_to(root).with_suffix("").as_posix(): file.read_text(encoding="utf-8")
        for file in sorted(root.rglob("*.md"))
    }


@cache
def _sections() -> list[Section]:
    """The contents, as the first page lists them."""
    sources = _sources()
    found: list[Section] = []
    for tree in _TREE.finditer(sources.get("index", "")):
        entries = [line for line in tree["rest"].split() if not _OPTION.fullmatch(line)]
        paths = [path for entry in entries for path in sorted(sources) if Path(path).match(entry)]
        found.append(Section(tree["caption"], {path: _title(sources[path]) for path in paths}))
    return found


def _title(text: str) -> str:
    return next((line.removeprefix("# ").replace("`", "") for line in text.splitlines() if line.startswith("# ")), "")


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    made.add_render_rule("link_open", _link)
    made.add_render_rule("heading_open", _heading)
    made.add_render_rule("fence", _fence)
    return made


def _link(self: RendererHTML, tokens: Any, index: int, options: Any, env: dict[str, str]) -> str:
    """Links between these files lead to pages; those to other files of the repository lead nowhere from here."""
    token = tokens[index]
    target, hash, anchor = str(token.attrGet("href")).partition("#")
    if target and "://" not in target:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(env["path"]), target)).removesuffix(".md")
        if path not in _sources():
            return "<a>"
        token.attrSet("href", f"/docs/{path}{hash}{anchor}")
    token.attrJoin("class", "link")
    return self.renderToken(tokens, index, options, env)


def _heading(self: RendererHTML, tokens: Any, index: int, options: Any, env: dict[str, str]) -> str:
    """Headings can be linked to."""
    words = _NOT_A_WORD.sub("-", tokens[index + 1].content.lower()).strip("-")
    tokens[index].attrSet("id", words)
    return self.renderToken(tokens, index, options, env)


def _fence(self: RendererHTML, tokens: Any, index: int, options: Any, env: dict[str, str]) -> str:
    """Code that is wider than the page can be scrolled by keyboard."""
    return f'<pre tabindex="0"><code>{escape(tokens[index].content)}</code></pre>\n'
