"""The check-up of sales as a person goes through it: roles confirmed, findings, steps."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.api import Api

Axe = Callable[[Page], None]
HEAD = "Rechnungsnr;Artikelnummer;Menge;Rechnungsdatum;Einzelpreis;Kundennummer;Land"
GOOD = "1;85123A;2;2011-05-01;2,50;17850;Namibia"
ODD = ["C2;85123A;-1;2011-05-02;2,50;17850;Namibia", "4;85123A;1;2011-05-04;2,50;;Namibia"]


def test_what_is_found_is_left_out_by_a_recipe(
    signed_in_page: Page, api: Api, tmp_path: Path, axe: Axe
) -> None:
    page = signed_in_page
    path = tmp_path / "verkauf.csv"
    path.write_text("\n".join([HEAD, *[GOOD.replace("1;", f"{n};", 1) for n in range(9)], *ODD]))
    project = api.project("Check-up")
    dataset = api.dataset(project, path)
    page.goto(f"/projects/{project}/datasets/{dataset}/check-up/")
    expect(page.get_by_label("Customer", exact=True)).to_have_value("Kundennummer")
    expect(page.get_by_label("Price", exact=True)).to_have_value("Einzelpreis")
    page.get_by_role("button", name="Confirm and check").click()
    expect(page.get_by_role("heading", name="Cancelled invoices")).to_be_visible()
    effect = page.locator("#checkup-effect")
    expect(effect.get_by_role("row", name="Rows")).to_contain_text("−2")
    page.locator("summary", has_text="1 row").first.click()
    axe(page)
    page.get_by_role("checkbox", name="Cancelled invoices").uncheck()
    expect(effect.get_by_role("row", name="Rows")).to_contain_text("−1")
    page.get_by_role("button", name="Prepare without these rows").click()
    page.wait_for_url(re.compile(r"/recipes/[0-9a-f-]{36}/$"))
    expect(page.get_by_text("Drop rows where Kundennummer is missing")).to_be_visible()
