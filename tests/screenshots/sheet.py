"""The contact sheet: every picture of the folder on one page, to look through."""

from collections import defaultdict
from html import escape
from pathlib import Path

HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Screenshots</title>
<style>
body { margin: 24px; font: 14px system-ui; color: #1f2937; background: #f3f4f6; }
h2 { margin: 32px 0 8px; font-size: 16px; }
div { display: flex; gap: 12px; overflow-x: auto; align-items: start; padding-bottom: 8px; }
figure { margin: 0; flex: none; }
img { height: 340px; max-width: 560px; object-fit: cover; object-position: top;
  border: 1px solid #d1d5db; border-radius: 4px; background: #fff; }
figcaption { font-size: 12px; color: #6b7280; }
</style>
<h1>Screenshots</h1>
"""


def write_sheet(folder: Path) -> Path:
    """Write ``index.html`` over all pictures named ``<page>-<state>-<width>-<theme>.png``."""
    groups: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(folder.glob("*-*-*-*.png")):
        groups[path.stem.rsplit("-", 2)[0]].append(path)
    parts = [HEAD]
    for name, paths in groups.items():
        parts.append(f"<h2>{escape(name.replace('_', ' '))}</h2><div>")
        parts += [_figure(path) for path in sorted(paths, key=_order)]
        parts.append("</div>")
    target = folder / "index.html"
    target.write_text("\n".join(parts), encoding="utf-8")
    return target


def _order(path: Path) -> tuple[int, bool]:
    _, width, theme = path.stem.rsplit("-", 2)
    return -int(width), theme == "dark"


def _figure(path: Path) -> str:
    name = escape(path.name)
    label = " ".join(path.stem.rsplit("-", 2)[1:])
    return (
        f'<figure><a href="{name}"><img src="{name}" loading="lazy" alt="{name}"></a>'
        f"<figcaption>{label}</figcaption></figure>"
    )
