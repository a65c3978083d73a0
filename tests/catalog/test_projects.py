"""Projects and products: made, listed, changed, and named in words that make sense."""

from __future__ import annotations

import asyncio
from itertools import product

from packshot.db import new_id

from .conftest import Seller, error


async def test_a_project_is_made_found_and_renamed(seller: Seller) -> None:
    made = await seller.ask("POST", "/api/projects", {"name": "  Spring 2027 "})
    assert made["name"] == "Spring 2027"
    assert await seller.ask("GET", f"/api/projects/{made['id']}") == made
    renamed = await seller.ask("PUT", f"/api/projects/{made['id']}", {"name": "Summer"})
    assert renamed["name"] == "Summer"
    assert renamed["updated_at"] > made["updated_at"]


async def test_a_product_is_made_found_and_changed(seller: Seller) -> None:
    made = await seller.ask("POST", f"/api/projects/{seller.project}/products", {"name": "Mug", "sku": "M-1"})
    assert (made["name"], made["sku"], made["project_id"]) == ("Mug", "M-1", seller.project)
    changed = await seller.ask("PUT", f"/api/products/{made['id']}", {"name": "Cup"})
    assert (changed["name"], changed["sku"]) == ("Cup", "")
    assert await seller.ask("GET", f"/api/products/{made['id']}") == changed


async def test_lists_are_newest_first_and_go_on_where_the_last_page_ended(seller: Seller) -> None:
    for number in range(5):
        await seller.ask("POST", "/api/projects", {"name": f"p{number}"})
        await seller.ask("POST", f"/api/projects/{seller.project}/products", {"name": f"p{number}"})
    for path in ("/api/projects", f"/api/projects/{seller.project}/products"):
        whole = await seller.ask("GET", path)
        assert [row["name"] for row in whole[:5]] == ["p4", "p3", "p2", "p1", "p0"]
        pages, before = [], ""
        while page := await seller.ask("GET", f"{path}?limit=2{before}"):
            pages += page
            before = f"&before={page[-1]['id']}"
        assert pages == whole
    for limit in (0, 201):
        assert (await seller.send("GET", f"/api/projects?limit={limit}")).status_code == 422


async def test_a_name_is_a_line_of_text(seller: Seller) -> None:
    wrong = ("", "   ", "x" * 201, "a\nb", "a\x00b", "a\x85b", None, 7)
    routes = (
        ("POST", "/api/projects"),
        ("PUT", f"/api/projects/{seller.project}"),
        ("POST", f"/api/projects/{seller.project}/products"),
        ("PUT", f"/api/products/{seller.product}"),
        ("POST", f"/api/products/{seller.product}/uploads"),
    )
    for (method, path), name in product(routes, wrong):
        answer = await seller.send(method, path, {"name": name})
        assert answer.status_code == 422, path
        assert error(answer)["problems"][0]["field"] == "name"
    assert (await seller.ask("PUT", f"/api/projects/{seller.project}", {"name": "x" * 200}))["name"] == "x" * 200


async def test_what_does_not_exist_is_not_found(seller: Seller) -> None:
    for method, path in (
        ("GET", "/api/projects/{}"),
        ("PUT", "/api/projects/{}"),
        ("DELETE", "/api/projects/{}"),
        ("GET", "/api/projects/{}/products"),
        ("POST", "/api/projects/{}/products"),
        ("GET", "/api/products/{}"),
        ("PUT", "/api/products/{}"),
        ("DELETE", "/api/products/{}"),
    ):
        body = {"name": "x"} if method in ("PUT", "POST") else None
        id = new_id()
        answer = await seller.send(method, path.format(id), body)
        assert answer.status_code == 404, path
        assert str(id) in error(answer)["message"]


async def test_a_product_added_while_its_project_goes_is_no_error_of_ours(seller: Seller) -> None:
    for number in range(5):
        project = (await seller.ask("POST", "/api/projects", {"name": f"{number}"}))["id"]
        adding = [seller.send("POST", f"/api/projects/{project}/products", {"name": f"{n}"}) for n in range(4)]
        *added, gone = await asyncio.gather(*adding, seller.send("DELETE", f"/api/projects/{project}"))
        assert gone.status_code == 204
        assert {answer.status_code for answer in added} <= {201, 404}
        assert (await seller.send("GET", f"/api/projects/{project}/products")).status_code == 404
