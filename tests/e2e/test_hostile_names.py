"""Names, values, errors and log lines of an attacker, on every page: text, and nothing else."""

import csv
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.api import WAIT_SECONDS, Api
from tests.e2e.browser import Problems
from tests.e2e.conftest import sign_in
from tests.e2e.pages import PAGES
from tests.e2e.server import App
from tests.e2e.test_pages import DESK, FIT_MS, FITS, PHONE, Places, address, shown

IMAGE = '"><img src=x onerror=alert(1)>'
NAME = IMAGE + "</script><script>alert(2)</script>{{1337*7}}"
SENT = NAME + "\u202etxt.exe"  # what turns the direction of text never gets into a name
LINK = '<a href="javascript:alert(3)">score</a>'
NUMBER = f"amount {NAME}"
CELLS = [
    NAME, "=cmd|' /C calc'!A0", "\u202egnp.exe", "x" * 10_000, "NUL \x00 here", "-2+3", "@SUM(1)",
    "javascript:alert(4)", "<svg/onload=alert(5)>", "{% debug %}",
]  # fmt: skip
CODE = f"print({NAME!r})\nprint('a line\\x1b[2J\\u202eforged')\nraise ValueError({NAME!r})"
CONNECTION = {
    "kind": "http_file", "name": SENT,
    "settings": {"url": "https://127.0.0.1/orders.csv", "sign_in": "basic", "user": NAME},
}  # fmt: skip
ALSO = [
    ("dataset_chart", "?column={number}", {}),
    ("dataset_chart", "?column={link}", {}),
    ("dataset_columns", "?column={number}", {}),
    ("recipe_new", "?input={dataset_id}", {"kind": "prepare"}),
    ("recipe_new", "?input={dataset_id}", {"kind": "rfm"}),
    ("recipe", "", {"recipe_id": "{code_id}"}),
    ("compare", "?p={prototype_id}&p={other_id}", {}),
    ("experiment_new", "?step=models", {}),
    ("search", "?q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E", {}),
]
OWN = ("home", "search", "account")
LOOKED_AT = [
    (name, "", {}) for name in PAGES if name in OWN or not name.startswith(("account", "api:"))
]
ESCAPED = """() => [
    ...document.querySelectorAll("img[src=x], [onerror], [onload], a[href^='javascript:']"),
    ...[...document.scripts].filter(each => !each.src && each.type !== "application/json"
        && each.type !== "importmap" && each.textContent.includes("alert")),
    ...document.querySelectorAll("[data-figure] a:not([data-title]), [data-figure] tspan[style]"),
].map(found => found.outerHTML.slice(0, 200))"""


@pytest.fixture(scope="module")
def seen() -> Problems:
    """Collect what goes wrong, refusals by the content policy too."""
    return Problems()


@pytest.fixture(scope="module")
def window(app: App, browser: Browser, base_url: str, seen: Problems) -> Iterator[Page]:
    """Open a page as somebody with a hostile name; a dialog means that a script ran."""
    made = browser.new_context(base_url=base_url)
    seen.watch(made)
    page = made.new_page()
    page.on("dialog", lambda dialog: (seen.seen.append(f"ran: {dialog.message}"), dialog.dismiss()))
    sign_in(page, app.sign_in_link("hostile@example.com"))
    page.goto("/account/")
    page.get_by_label("Name", exact=True).first.fill(SENT)
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("Your name is saved.")).to_be_visible()
    yield page
    made.close()


def write_rows(path: Path) -> None:
    """Write three kinds of rows under hostile headers."""
    with path.open("w", newline="", encoding="utf-8") as out:
        table = csv.writer(out)
        table.writerow(["id", NUMBER, LINK, f"note {SENT}"])
        for row in range(60):
            kind = row % 3
            cell = CELLS[row % len(CELLS)]
            table.writerow([row, (10, 500, 9000)[kind] + row, (1, 40, 300)[kind] + row % 7, cell])


def upload(api: Api, project: str, path: Path) -> str:
    sent = {"name": SENT + ".csv", "mimeType": "text/csv", "buffer": path.read_bytes()}
    return str(api.post(f"/projects/{project}/uploads", multipart={"file": sent})["id"])


def failed(api: Api, started: Any) -> str:
    """Wait until a job has failed; give its id."""
    until = time.monotonic() + WAIT_SECONDS
    path = f"/jobs/{started['job']['id']}"
    while (job := api.get(path))["state"] != "failed":
        assert job["state"] in ("queued", "running"), job
        assert time.monotonic() < until
        time.sleep(0.05)
    return str(job["id"])


@pytest.fixture(scope="module")
def places(window: Page, tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Name everything as an attacker would; give what stands in addresses."""
    api, path = Api(window.context), tmp_path_factory.mktemp("hostile") / "rows.csv"
    write_rows(path)
    project = api.project(SENT)
    made = api.post(
        f"/projects/{project}/datasets", {"name": SENT, "upload": upload(api, project, path)}
    )
    dataset = str(api.done(made)["dataset"]["id"])
    code = {"kind": "python", "inputs": [dataset], "output": f"code {SENT}"[:110]}
    recipe = api.post(f"/projects/{project}/recipes", {**code, "params": {"code": CODE}})
    job = failed(api, api.post(f"/recipes/{recipe['id']}/run", {}))
    steps = {"steps": [{"kind": "formula", "column": IMAGE, "expression": "id * 2"}]}
    prepared = api.recipe(project, "prepare", dataset, f"made {NAME}", steps)
    found = {
        "project_id": project, "dataset_id": dataset, "job_id": job, "code_id": recipe["id"],
        "upload_id": upload(api, project, path), "recipe_id": prepared["id"], "kind": "prepare",
        "label": 0, "number": NUMBER, "link": LINK, "source": "http_file",
        "connection_id": api.post(f"/projects/{project}/connections", CONNECTION)["id"],
    }  # fmt: skip
    bin_of_names(api, project, dataset)
    return found | lab(api, project, dataset)


def bin_of_names(api: Api, project: str, dataset: str) -> None:
    """Delete a project and a use case, whose names stay to be seen."""
    asked = {"name": f"gone {NAME}", "dataset": dataset}
    gone = api.post(f"/projects/{project}/use-cases", asked)["id"]
    for path in (f"/use-cases/{gone}", f"/projects/{api.project(SENT)}"):
        assert api.request.delete(f"/api/v1{path}", headers=api._headers()).ok


def lab(api: Api, project: str, dataset: str) -> Places:
    """Train, name a segment, add the model to the flow."""
    question = {"name": SENT, "description": SENT, "dataset": dataset}
    use_case = api.post(f"/projects/{project}/use-cases", question)["id"]
    api.done(api.train(use_case, ["kmeans", "bisecting_kmeans"]))
    board = api.get(f"/use-cases/{use_case}/leaderboard")["items"]
    best, other = (row["prototype"] for row in board)
    words = {"name": IMAGE + "{{1337*7}}", "description": SENT, "action": SENT}
    api.change(f"/prototypes/{best}/segments/0", words)
    promoted = api.post(f"/prototypes/{best}/promote", {"name": SENT})["id"]
    return {
        "use_case_id": use_case, "prototype_id": best, "other_id": other,
        "segmentation_id": promoted,
    }  # fmt: skip


def test_nothing_runs_and_nothing_breaks_on_any_page(
    window: Page, places: Places, seen: Problems
) -> None:
    """CVE-2021-32609, CVE-2021-27907, CVE-2023-49657, GHSA-fq23-g58m-799r, CVE-2023-6013."""
    shown_as_text = 0
    window.set_viewport_size(DESK)
    for name, query, other in LOOKED_AT + ALSO:
        where = address(name, query, other, places)
        answer = window.goto(where)
        assert answer, where
        assert answer.status == 200, where
        shown(window)
        assert window.evaluate(ESCAPED) == [], where
        assert seen.unexpected() == [], where
        text = window.locator("body").inner_text()
        assert "9359" not in text, where
        assert "\u202e" not in window.title(), where
        if name not in OWN or query:
            assert IMAGE in text or window.locator(f"[title*='{IMAGE[2:]}']").count(), where
            shown_as_text += 1
        window.wait_for_function(FITS, timeout=FIT_MS)
    assert shown_as_text > 20


def test_a_program_cannot_forge_lines_of_the_log(window: Page, places: Places) -> None:
    """CVE-2021-42250: what clears the screen, turns the text or opens a tag does none of it."""
    window.goto(address("job_detail", "", {}, places))
    log = window.locator("pre, .sp-log").first.inner_text()
    assert NAME in log
    assert f"ValueError: {NAME}" in log
    assert not set(log) & set("\x1b\r\u202e")


def test_ten_thousand_letters_fit_a_phone(window: Page, places: Places) -> None:
    window.set_viewport_size(PHONE)
    for name in ("dataset", "dataset_columns", "import_preview", "job_detail", "project_members"):
        window.goto(address(name, "", {}, places))
        shown(window)
        window.wait_for_function(FITS, timeout=FIT_MS)
