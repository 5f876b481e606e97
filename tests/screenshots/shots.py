"""The table of pictures: one line is one page in one state.

``Shot(page, state, address)``; names in braces are places of ``shop.py`` and ``extremes.py``. What
a person does first is an act of ``acts.py``; ``hold`` names requests that get no answer, to
see a page that waits; ``window`` takes what the window shows instead of the whole page.
"""

from dataclasses import dataclass

from tests.screenshots.acts import (
    Act,
    awaited,
    chosen,
    dropped,
    followed,
    jobs_opened,
    keys,
    narrow_rail,
    opened,
    pressed,
    rightmost,
    searched,
    selected,
    then,
    typed,
)

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(2000)
NOWHERE = "%5B%22Country%22%2C%22equals%22%2C%22Atlantis%22%5D"
NOBODY, NEWCOMER, ANALYST, ADA = "nobody", "newcomer", "analyst", "ada"


@dataclass(frozen=True)
class Shot:
    """A page in a state."""

    page: str
    state: str
    address: str
    act: Act | None = None
    hold: str = ""
    window: bool = False
    who: str = ANALYST


def popup(page: str, state: str, address: str, *acts: Act) -> Shot:
    """Show what lies over the page: the window is the picture."""
    return Shot(page, state, address, then(*acts), window=True)


ACCOUNTS = [
    Shot("login", "empty", "/accounts/login/", who=NOBODY),
    Shot("login", "refused", "/accounts/login/", who=NOBODY, act=then(
        typed("Email", "nobody@example.org"), typed("Password", "wrong one", enter=True))),
    Shot("link", "dead", "/start/none/", pressed("Sign in"), who=NOBODY),
    Shot("account", "full", "/account/"),
    Shot("api", "docs", "/api/v1/docs"),
    Shot("error", "404", "/projects/00000000-0000-0000-0000-000000000000/"),
    Shot("home", "empty", "/", who=NEWCOMER),
    Shot("home", "full", "/"),
    Shot("home", "none found", "/?q=nothing+like+it"),
    popup("project", "create", "/", followed("Create Project")),
    popup("frame", "search", "/", keys("Control+k"), searched("customers")),
    popup("frame", "shortcuts", "{shop}datasets/", keys("?")),
    popup("frame", "projects", "{full}datasets/", opened("Switch project")),
    popup("frame", "jobs", "{busy}datasets/", jobs_opened),
]  # fmt: skip

PROJECT = [
    Shot("guide", "flow", "{guided}flow/", window=True),
    Shot("guide", "leaderboard", "{guided}lab/", followed("Customer segments"), window=True),
    Shot("flow", "empty", "{empty}flow/"),
    Shot("flow", "full", "{shop}flow/"),
    Shot("flow", "busy", "{busy}flow/"),
    Shot("flow", "many", "{full}flow/"),
    Shot("datasets", "empty", "{empty}datasets/"),
    Shot("datasets", "full", "{shop}datasets/"),
    Shot("datasets", "busy", "{busy}datasets/"),
    Shot("datasets", "many", "{full}datasets/"),
    Shot("jobs", "empty", "{empty}jobs/"),
    Shot("jobs", "full", "{shop}jobs/"),
    Shot("jobs", "many", "{full}jobs/"),
    Shot("job", "running", "{running_job}"),
    Shot("job", "failed", "{failed_job}"),
    Shot("members", "many", "{full}members/"),
    Shot("members", "one", "{shop}members/"),
    Shot("deleted", "none", "{full}deleted/"),
    Shot("deleted projects", "none", "/deleted/"),
    Shot("audit", "full", "{shop}audit/"),
    Shot("audit", "none found", "{shop}audit/?q=no+such+object"),
    Shot("settings", "full", "{shop}settings/"),
]

DATASETS = [
    Shot("import", "start", "{shop}import/"),
    Shot("import", "refused", "{shop}import/", dropped("holiday.csv", PICTURE)),
    Shot("import", "preview", "{file}"),
    Shot("import", "columns", "{file}", act=chosen("Columns")),
    Shot("import", "why text", "{file}", act=opened("Kept as text"), window=True),
    Shot("import", "paste", "{shop}import/", act=opened("Or paste")),
    Shot("import", "odd file", "{upload}"),
    Shot("import", "wide", "{wide_file}", window=True),
    Shot("import", "from connections", "{full}import/"),
    Shot("connections", "empty", "{empty}connections/"),
    Shot("connections", "full", "{full}connections/"),
    Shot("connection", "database", "{empty}connections/new/postgresql/"),
    Shot("connection", "cloud", "{empty}connections/new/s3/"),
    Shot("connection", "errors", "{empty}connections/new/rest_api/", act=pressed("Save")),
    Shot("connection", "settings", "{connection}settings/"),
    Shot("connection", "out of reach", "{connection}", act=awaited("Try again", "link")),
    Shot("import", "fault", "{file}", act=selected("Encoding", "UTF-16")),
    Shot("new rows", "add", "{imported}append/"),
    Shot("new rows", "asks", "{differs}"),
    Shot("new rows", "reads it", "{differs}", act=opened("more")),
    Shot("dataset", "full", "{orders}"),
    Shot("dataset", "wide", "{wide}", window=True),
    Shot("dataset", "no rows", "{none}"),
    Shot(
        "dataset",
        "none found",
        f"{{orders}}?filter={NOWHERE}",
    ),
    Shot("dataset", "pending", "{pending}"),
    Shot("dataset", "failed", "{broken}"),
    Shot("dataset", "out of date", "{stale}"),
    Shot("dataset", "run failed", "{lost}"),
    popup("dataset", "download", "{orders}", opened("Download")),
    popup("dataset", "recipes", "{orders}", opened("New recipe")),
    Shot("columns", "full", "{orders}columns/"),
    Shot("columns", "open", "{orders}columns/", then(followed("Quantity"), followed("Country"))),
    Shot("columns", "wide", "{wide}columns/"),
    Shot("columns", "none found", "{orders}columns/?q=zzz"),
    Shot("charts", "form", "{orders}charts/"),
    Shot("charts", "bars", "{orders}charts/?measure=sum:Quantity&by=Description"),
    Shot("checkup", "roles", "{orders}check-up/?roles=edit"),
    Shot("checkup", "full", "{orders}check-up/", act=awaited("Returns")),
    Shot("checkup", "rows", "{orders}check-up/", act=then(awaited("Returns"), opened("First"))),
    Shot("history", "one", "{orders}history/"),
    Shot("history", "full", "{long}history/"),
    popup("history", "restore", "{long}history/", opened("Restore")),
    Shot("report", "clean", "{orders}report/"),
    Shot("report", "rejected", "{long}report/"),
    Shot("report", "files", "{several}report/"),
    Shot("report", "of a file", "{several}report/?file=2#rejected", window=True),
    Shot("report", "rfm", "{customers}report/"),
    Shot("report", "script", "{products}report/"),
    Shot("report", "scored", "{scored}report/"),
    Shot("dataset", "settings", "{orders}settings/"),
]

RECIPES = [
    Shot("recipe", "choose input", "{shop}recipes/new/rfm/"),
    Shot("recipe", "prepare", "{prepare}"),
    popup("recipe", "add step", "{prepare}", opened("Add step")),
    Shot("recipe", "wrong formula", "{prepare}", typed("Formula", "Quantity * Prise")),
    Shot("recipe", "rfm", "{rfm}"),
    Shot("recipe", "waiting", "{rfm}", hold="**/recipes/preview/"),
    Shot("recipe", "python", "{script}", pressed("Preview")),
    Shot("recipe", "score", "{scoring}"),
    Shot("recipe", "no model", "{empty}recipes/new/score/"),
]

LAB = [
    Shot("lab", "empty", "{empty}lab/"),
    Shot("lab", "full", "{shop}lab/"),
    Shot("lab", "many", "{full}lab/"),
    popup("use case", "new", "{shop}lab/", followed("New use case")),
    Shot("use case", "edit", "{lab}edit/"),
    Shot("use case", "empty", "{draft}"),
    Shot("features", "full", "{draft}prototypes/new/"),
    Shot("features", "wide", "{full_lab}prototypes/new/"),
    Shot("models", "full", "{lab}prototypes/new/", pressed("Next: models")),
    Shot("find k", "first", "{lab}prototypes/find-k/?highest=9"),
    Shot(
        "find k",
        "full",
        "{lab}prototypes/new/?step=models",
        then(pressed("Find k"), awaited("are proposed")),
    ),
    Shot("leaderboard", "full", "{lab}"),
    Shot("leaderboard", "training", "{training}"),
    Shot("leaderboard", "started", "{just_started}"),
    Shot("leaderboard", "many", "{full_lab}"),
    Shot("leaderboard", "none found", "{lab}?q=nothing"),
    Shot("prototype", "full", "{prototype}"),
    Shot("prototype", "noise", "{density}"),
    Shot("prototype", "drawing", "{prototype}", hold="**/plotly*"),
    Shot("prototype", "many", "{full_prototype}"),
    Shot("prototype", "map", "{prototype}?tab=map"),
    Shot("prototype", "map in 3-D", "{prototype}?tab=map&view=3d"),
    Shot("prototype", "radar", "{prototype}?tab=profiles&chart=radar"),
    Shot("prototype", "boxes", "{prototype}?tab=profiles&chart=box"),
    Shot("prototype", "silhouette", "{full_prototype}?tab=silhouette"),
    Shot("prototype", "rules", "{full_prototype}?tab=rules"),
    Shot("prototype", "merge and split", "{prototype}?tab=by_hand"),
    Shot("prototype_value", "later value", "{prototype}value/"),
    Shot("prototype", "training", "{waiting_prototype}"),
    Shot("prototype", "failed", "{failed_prototype}"),
    Shot("prototype", "dendrogram", "{tree}cut/"),
    Shot("customers", "full", "{prototype}customers/"),
    Shot("customers", "one segment", "{prototype}customers/?segment=1"),
    Shot("customers", "many", "{full_prototype}customers/?segment=11"),
    popup("segment", "edit", "{prototype}", followed("^Edit ")),
    popup("prototype", "add to flow", "{density}", followed("Add to flow")),
    Shot("compare", "two", "{lab}compare/?{two}"),
    Shot("compare", "four", "{lab}compare/?{four}"),
    Shot("compare", "groups", "{lab}compare/?{two}&groups=1"),
    Shot("compare", "refused", "{lab}compare/"),
    Shot("combine", "asks", "{lab}combine/?{two}"),
    Shot("combine", "empty", "{lab}combine/"),
    Shot("segment within", "full", "{prototype}segments/0/within/?algorithm=gaussian_mixture"),
]

SEGMENTS = [
    Shot("segments", "empty", "{empty}segments/"),
    Shot("segments", "full", "{shop}segments/"),
    Shot("segments", "many", "{full}segments/"),
    Shot("segmentation", "full", "{segmentation}"),
    Shot("segmentation", "many", "{full_segmentation}"),
    popup("segmentation", "score", "{segmentation}", followed("Score a dataset")),
    popup("segmentation", "edit", "{segmentation}", followed("Edit|Rename")),
]


def pictured(page: str, address: str, act: Act | None = None) -> Shot:
    """Show a page in the README: named by it alone, as somebody with one project sees it."""
    return Shot(page, "", address, then(narrow_rail, *([act] if act else [])), window=True, who=ADA)


README = [
    pictured("import", "{file}"),
    pictured("columns", "{orders}columns/"),
    pictured("prepare", "{prepare}"),
    pictured("rfm", "{rfm}"),
    pictured("models", "{draft}prototypes/new/", pressed("Next: models")),
    pictured("leaderboard", "{lab}"),
    pictured("compare", "{lab}compare/?{two}"),
    pictured("segmentation", "{segmentation}"),
    pictured("scored", "{scored}", rightmost),
    pictured("flow", "{shop}flow/"),
]
"""The pictures of the README, in docs/images/, named by page alone."""

SHOTS = [*ACCOUNTS, *PROJECT, *DATASETS, *RECIPES, *LAB, *SEGMENTS]
