"""The gallery of an account with 100,000 pictures: the server's time for its pages; writes bench/results/gallery.md.

The rows are inserted by one statement per table: 2,000 shoots of 200 products in 20 projects, every picture delivered,
one in ten kept; as many more belong to another account. Times are of the whole request within the application (ASGI,
no network): session, queries, HTML. Goal: each under 200 ms.
"""

from __future__ import annotations

import asyncio
import statistics
import time

from httpx import ASGITransport, AsyncClient
from sqlalchemy import TextClause, text

from packshot import valkey
from packshot.accounts import sessions
from packshot.accounts.browser import COOKIE
from packshot.accounts.models import Membership
from packshot.app import create_app
from packshot.db import dispose, transaction
from packshot.web import csrf
from stack import Seller, machine, report, seller, servers

PICTURES = 100_000
ROUNDS = 15
GOAL_MS = 200
STYLES = ("white", "white-shadow", "marble", "wood", "dark", "linen", "beige", "podium")

FILL = (
    """
    insert into project (id, account_id, name)
    select uuidv7(interval '-1 year' + n * interval '1 second'), :account, 'Project ' || n from generate_series(1, 20) n
    """,
    """
    insert into product (id, account_id, project_id, name)
    select uuidv7(interval '-1 year' + row_number() over () * interval '1 second'), :account, id, name || ' thing ' || n
    from project, generate_series(1, 10) n where account_id = :account and name like 'Project %'
    """,
    """
    insert into shoot (
      id, account_id, project_id, product_id, engine, model, styles, width, height, framing, format, count, seed,
      credits)
    select
      uuidv7(interval '-300 days' + (n * 200 + row_number() over (partition by n)) * interval '1 minute'), :account,
      project_id, id, 'studio', 'studio-1', '["white"]', 2048, 2048, 'standard', 'webp', 50, 1, 50
    from product, generate_series(0, 9) n where account_id = :account and name like 'Project %'
    """,
    """
    insert into generation (
      id, account_id, shoot_id, number, style, seed, credits, queue, state, deadline_at, key, bytes, crc32, finished_at,
      kept_at)
    select
      uuidv7(interval '-300 days' + (extract(epoch from age) / 60 * 50 + n) * interval '1.1 second'), :account, id, n,
      (cast(:styles as text[]))[1 + n % 8], n, 1, 'cpu', 'COMPLETED', now(),
      'generations/' || id || '/' || n || '.webp', 400000, n, now(), case when n % 10 = 0 then now() end
    from (
      select id, uuid_extract_timestamp(id) - (now() - interval '300 days') as age from shoot
      where account_id = :account
    ) shoots, generate_series(1, 50) n
    """,
)


def main() -> None:
    words = machine()
    with servers(), asyncio.Runner() as runner:
        lines = runner.run(measure(words))
    report("gallery", lines)


async def measure(words: str) -> list[str]:
    ada, bob = await seller(), await seller("bob")
    for one in (bob, ada):
        await fill(one)
    async with transaction(system=True) as session:
        for table in ("project", "product", "shoot", "generation"):
            await session.execute(text(f"analyze {table}"))
        rows = await session.scalar(
            text("select count(*) from generation where account_id = :account"), {"account": ada.account_id}
        )
        deep = await session.scalar(at(0.9), {"account": ada.account_id})
        project = await session.scalar(
            text("select id from project where account_id = :account and name = 'Project 7'"),
            {"account": ada.account_id},
        )
    pages = {
        "first page": "/gallery",
        "a page after 90,000 pictures": f"/gallery?before={deep}",
        "a style": "/gallery?style=marble",
        "a style, after 90,000": f"/gallery?style=marble&before={deep}",
        "kept": "/gallery?kept=yes",
        "not kept": "/gallery?kept=no",
        "a project": f"/gallery?project={project}",
        "a product's name": "/gallery?q=project+13+thing+7",
        "a name that most have": "/gallery?q=thing",
        "a name that none has": "/gallery?q=nothing+like+it",
        "project, style, kept and name": f"/gallery?project={project}&style=wood&kept=no&q=thing",
        "overview": "/dashboard",
        "shoots": "/shoots",
    }
    lines = [
        "# The gallery",
        "",
        f"`python bench/gallery.py`: {rows:,} delivered pictures of one account beside as many of another, medians and "
        f"slowest of {ROUNDS} requests. {words}",
        "",
        "| page | median, ms | slowest, ms | goal, ms | HTML, KB |",
        "|---|---|---|---|---|",
    ]
    app = create_app()
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://packshot.test") as client,
    ):
        client.cookies.set(csrf.cookie_name(COOKIE), await cookie(ada))
        for name, path in pages.items():
            times: list[float] = []
            size = 0
            for _ in range(ROUNDS + 1):
                started = time.perf_counter()
                answer = await client.get(path, headers={"Accept": "text/html"})
                times.append((time.perf_counter() - started) * 1000)
                assert answer.status_code == 200, answer.text[:500]
                size = len(answer.content)
            kept = times[1:]  # the first prepares statements and compiles templates
            lines.append(
                f"| {name} | {statistics.median(kept):.0f} | {max(kept):.0f} | {GOAL_MS} | {size / 1000:.0f} |"
            )
    await dispose()
    await valkey.dispose()
    return lines


async def fill(one: Seller) -> None:
    for statement in FILL:
        async with transaction(one.account_id) as session:
            facts: dict[str, object] = {"account": one.account_id}
            if ":styles" in statement:
                facts["styles"] = list(STYLES)
            await session.execute(text(statement), facts)


def at(share: float) -> TextClause:
    """The id of the picture after which so much of the account's come, as a statement."""
    return text(
        f"select id from generation where account_id = :account order by id desc offset {int(PICTURES * share)} limit 1"
    )


async def cookie(one: Seller) -> str:
    async with transaction(system=True) as session:
        membership = await session.get_one(Membership, (one.account_id, one.user_id))
        return sessions.cookie(await sessions.begin(session, membership))


if __name__ == "__main__":
    main()
