"""A service of the web that answers with JSON, page by page: its records as lines of JSON."""

from pathlib import Path
from urllib.parse import urlsplit

from datasets.engine.names import clean_name
from datasets.engine.remote.base import Fetched, Listing, Remote, Thing, Told, remotes
from datasets.engine.remote.kind_files import require_size
from datasets.engine.remote.newer_rest import newer_path, newer_records
from datasets.engine.remote.rest_client import RestClient, require_answer
from datasets.engine.remote.rest_options import RestItem, RestSecrets, RestSettings
from datasets.engine.remote.rest_pages import Pages
from datasets.engine.remote.rest_records import lines_of
from segplatform.kernel.errors import UserError
from segplatform.kernel.progress import NullProgress, Progress

NOT_IN_PART = (
    "Services often give the newest first: what is older would never come, so that nothing is "
    "added. Raise these limits in the connection, or have the service give newer records alone "
    "({newer})."
)


@remotes.register
class RestApi(Remote):
    key = "rest_api"
    title = "REST API"
    help = "Records of a web service that answers with JSON, with pages and a token."
    icon = "braces"
    group = "web"
    order = 20
    Settings = RestSettings
    Secrets = RestSecrets
    Item = RestItem
    settings: RestSettings
    secrets: RestSecrets

    def check(self) -> str:
        """Ask at the address itself; nothing there is well, as paths lead on from it."""
        client = self._client(NullProgress())
        try:
            answer = client.ask(self.settings.url, tries=1)
        finally:
            client.close()
        if answer.status in (400, 404, 405):
            return (
                f"{client.host} answers, but has nothing at this address itself "
                f"({answer.status}): enter a path, too."
            )
        require_answer(answer, client.host)
        json = "json" in answer.headers.get("Content-Type", "").casefold()
        return f"{client.host} answers{' with JSON' if json else ', but not with JSON'}."

    def browse(self, place: str, search: str, limit: int) -> Listing:
        """List the paths that the person named: a service does not tell what it has."""
        told = self.settings.paths.splitlines() or [""]
        things = [
            Thing("table", self.title_of(RestItem(path=path)), path, item={"path": path})
            for path in told
            if search.casefold() in path.casefold()
        ]
        return Listing(tuple(things[:limit]), more=len(things) > limit)

    def title_of(self, item: Told) -> str:
        """Name the last word of the path, else the host."""
        told = RestItem.model_validate(item.model_dump())
        parts = urlsplit(self.settings.url)
        words = [*parts.path.split("/"), *told.path.partition("?")[0].split("/")]
        last = next((word for word in reversed(words) if clean_name(word)), "")
        return clean_name(last)[:80] or (parts.hostname or "records")

    def fetch(self, item: Told, target: Path, head: int | None, progress: Progress) -> Fetched:
        """Write the records of page after page."""
        told = RestItem.model_validate(item.model_dump())
        client = self._client(progress)
        pages, limit = Pages(client, newer_path(told.path, told)), self.settings.max_rows
        most = limit if head is None else min(head, limit)
        rows = size = 0
        cut = False
        try:
            with target.open("wb") as file:
                for number, page in enumerate(pages.records(), 1):
                    records = list(newer_records(page, told))
                    cut = rows + len(records) > most
                    for line in lines_of(records[: most - rows]):
                        size += len(line)
                        require_size(size, self.reach.max_bytes)
                        file.write(line)
                    rows += min(len(records), most - rows)
                    client.step(
                        _share(rows / most, number / self.settings.max_pages),
                        f"{rows:,} records fetched",
                    )
                    if cut:
                        break
        finally:
            client.close()
        if not rows and not told.newer_column:
            raise UserError("The answer holds no records. Check the path and the parameters.")
        by_person = cut and most == limit
        said = f"It ended after {most:,} records, as said. There are more." if by_person else ""
        warnings = tuple(filter(None, (said, pages.ended)))
        if warnings and told.newer_column:
            raise UserError(f"{' '.join(warnings)} {NOT_IN_PART}")
        name = f"{self.title_of(item)}.jsonl"
        return Fetched(name, by_person or not cut, warnings, nothing=not rows)

    def _client(self, progress: Progress) -> RestClient:
        return RestClient(self.settings, self.secrets, self.reach, progress)


def _share(of_rows: float, of_pages: float) -> float:
    """Say how far it is at least: nobody knows how many pages there are."""
    return min(max(of_rows, of_pages), 0.99)
