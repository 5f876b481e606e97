"""The style sheet that is written inside plotly.js: a strict content policy wants it as a file."""

import re

# plotly.js keeps its rules as one object, {"X,X div": '…', …}, and inserts them from the last up.
START = '{"X,X div":'
QUOTED = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
RULE = re.compile(rf"(?P<key>{QUOTED}|\w+):(?P<value>{QUOTED})[,}}]")
NAMES = {"X": ".js-plotly-plot .plotly", "Y": ".plotly-notifier"}


def plotly_css(bundle: str) -> str:
    """Return the rules of a plotly.js bundle as CSS; raises ``ValueError`` where it has none."""
    place = bundle.index(START) + 1
    rules = []
    while found := RULE.match(bundle, place):
        rules.append(f"{_selector(_text(found['key']))}{{{_text(found['value'])}}}\n")
        place = found.end()
    return "".join(reversed(rules))


def _selector(key: str) -> str:
    return re.sub("[XY]", lambda name: NAMES[name.group()], key.removeprefix(","))


def _text(literal: str) -> str:
    if literal[0] not in "\"'":
        return literal
    return re.sub(r"\\(.)", r"\1", literal[1:-1])
