"""The REST API as the person who is signed in: what a test needs but does not look at, it makes."""

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from playwright.sync_api import APIRequestContext, BrowserContext

from tests.samples import orders_csv

WAIT_SECONDS = 60.0  # for a job on a busy machine
KEEP = "CustomerID is not null and Quantity > 0 and UnitPrice > 0"
TOTAL = {"kind": "formula", "column": "TotalPrice", "expression": "Quantity * UnitPrice"}
SALES = {"steps": [TOTAL, {"kind": "filter", "expression": KEEP}]}
RFM = {
    "customer": "CustomerID",
    "date": "InvoiceDate",
    "invoice": "InvoiceNo",
    "amount": "TotalPrice",
}


class Api:
    """Calls with the cookies of a browser window; what is refused fails the test."""

    def __init__(self, window: BrowserContext) -> None:
        self.window = window
        self.request: APIRequestContext = window.request

    def get(self, path: str) -> Any:
        """Read something."""
        answer = self.request.get(f"/api/v1{path}")
        assert answer.ok, answer.text()
        return answer.json()

    def post(self, path: str, data: Any = None, **sent: Any) -> Any:
        """Make or start something."""
        answer = self.request.post(f"/api/v1{path}", data=data, headers=self._headers(), **sent)
        assert answer.ok, answer.text()
        return answer.json()

    def change(self, path: str, data: Any) -> Any:
        """Change something."""
        answer = self.request.patch(f"/api/v1{path}", data=data, headers=self._headers())
        assert answer.ok, answer.text()
        return answer.json()

    def _headers(self) -> dict[str, str]:
        cookies = {each["name"]: each["value"] for each in self.window.cookies()}
        return {"X-CSRFToken": cookies["csrftoken"]}

    def done(self, started: Any) -> Any:
        """Wait until the job of an answer has succeeded; give the answer."""
        until = time.monotonic() + WAIT_SECONDS
        while (job := self.get(f"/jobs/{started['job']['id']}"))["state"] != "succeeded":
            assert job["state"] in ("queued", "running"), job
            assert time.monotonic() < until, job
            time.sleep(0.05)
        return started

    def project(self, name: str, **settings: str) -> str:
        """Make a project; give its id."""
        return str(self.post("/projects", {"name": name, **settings})["id"])

    def home(self, name: str) -> str:
        """Make a project; give the address of its home."""
        return f"/projects/{self.project(name)}/"

    def home_of_orders(self, name: str, folder: Path, rows: int) -> str:
        """Make a project with generated orders; give the address of that dataset."""
        project = self.project(name)
        return f"/projects/{project}/datasets/{self.orders(project, folder, rows)}/"

    def upload(self, project: str, path: Path) -> str:
        """Send a file; give the id of the upload."""
        sent = {"file": {"name": path.name, "mimeType": "text/csv", "buffer": path.read_bytes()}}
        return str(self.post(f"/projects/{project}/uploads", multipart=sent)["id"])

    def dataset(self, project: str, path: Path) -> str:
        """Import a file with every guess; give the id of the dataset."""
        body = {"name": path.stem, "upload": self.upload(project, path)}
        return str(self.done(self.post(f"/projects/{project}/datasets", body))["dataset"]["id"])

    def orders(self, project: str, folder: Path, rows: int) -> str:
        """Import generated orders as “orders”; give the id of the dataset."""
        path = folder / "orders.csv"
        orders_csv(path, rows=rows)
        return self.dataset(project, path)

    def recipe(self, project: str, kind: str, source: str, output: str, params: Any) -> Any:
        """Make a recipe over one dataset and run it; give the recipe."""
        body = {"kind": kind, "inputs": [source], "output": output, "params": params}
        made = self.post(f"/projects/{project}/recipes", body)
        self.done(self.post(f"/recipes/{made['id']}/run", {}))
        return made

    def prepare(self, project: str, orders: str) -> Any:
        """Make TotalPrice and keep sales of known customers, as “orders prepared”."""
        return self.recipe(project, "prepare", orders, "orders prepared", SALES)

    def rfm(self, project: str, sales: str) -> Any:
        """Bring sales to one row per customer, as “orders prepared RFM”."""
        return self.recipe(project, "rfm", sales, "orders prepared RFM", RFM)

    def use_case(self, project: str, dataset: str, name: str = "Who buys how") -> str:
        """Ask a question of a dataset; give the id of the use case."""
        asked = {"name": name, "dataset": dataset}
        return str(self.post(f"/projects/{project}/use-cases", asked)["id"])

    def train(self, use_case: str, algorithms: Iterable[str]) -> Any:
        """Start to train models with the features that are proposed; give the answer."""
        models = {"models": [{"algorithm": key} for key in algorithms]}
        return self.post(f"/use-cases/{use_case}/experiments", models)
