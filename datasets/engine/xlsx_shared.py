"""The texts that the cells of a workbook share, all of them."""

import re
import zipfile
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datasets.engine.bounds import MAX_CELL_BYTES
from datasets.engine.source import Irregular
from datasets.engine.xlsx_edges import value_edges, value_parts
from datasets.engine.xlsx_head import strings
from datasets.engine.xlsx_values import BLANKS, resolved

BLOCK = 2**20
_END = b"</si>"
_FIRST = re.compile(rb"(?s).*?<sst(?:\s[^<>]*)?>\s*(?=<si>)")
_KEPT = b'<si><t xml:space="preserve">'
_BETWEEN = {b"<si><t>": False, _KEPT: True, b"</t></si><si><t>": False, b"</t></si>" + _KEPT: True}
"""What may stand before a text that is in one piece, and whether its blanks are kept."""


def shared_texts(package: zipfile.ZipFile, part: str) -> pa.Array:
    """Return all shared texts in order; those of several pieces are read one by one."""
    try:
        found = [resolved(texts, coded=True) for texts in _texts(package, part)]
        return pa.concat_arrays(found) if found else pa.array([], pa.string())
    except Irregular:
        known = strings(package, part)
        filled = (known.get(number, "") for number in range(max(known, default=-1) + 1))
        try:
            return pa.array(filled, pa.string())
        except (UnicodeError, pa.ArrowInvalid) as error:
            raise Irregular from error


def _texts(package: zipfile.ZipFile, part: str) -> Iterator[pa.Array]:
    with package.open(part) as file:
        held = file.read(BLOCK)
        start = _FIRST.match(held)
        if not start or b"<!" in start[0] or _other_encoding(start[0]):
            raise Irregular
        held = held[start.end() :]
        while True:
            cut = held.rfind(_END) + len(_END)
            if cut >= len(_END):
                yield _of_block(held[:cut])
                held = held[cut:]
            more = file.read(BLOCK)
            if not more:
                break
            if len(held) > 8 * MAX_CELL_BYTES:
                raise Irregular
            held += more
    if held.strip() != b"</sst>":
        raise Irregular


def _other_encoding(head: bytes) -> bool:
    named = re.search(rb"""encoding=["']([^"']+)["']""", head)
    return bool(named and named[1].lower() != b"utf-8")


def _of_block(data: bytes) -> pa.Array:
    """Return the texts of whole ``<si>``."""
    raw = np.frombuffer(data, np.uint8)
    edges = value_edges(data, raw)
    offsets = np.concatenate([[0], edges, [len(raw)]]).astype(np.int32)
    both = value_parts(offsets, data)
    count = len(edges) // 2
    if both[-1].as_py() != b"</t></si>" or not count:
        raise Irregular
    every_other = np.arange(count, dtype=np.int32) * 2
    markup = both.take(pa.array(every_other)).dictionary_encode()
    spelled = markup.dictionary.to_pylist()
    if spelled[0] not in (b"<si><t>", _KEPT) or not set(spelled) <= set(_BETWEEN):
        raise Irregular
    texts = both.take(pa.array(every_other + 1)).cast(pa.string())
    if (pc.max(pc.binary_length(texts)).as_py() or 0) > MAX_CELL_BYTES:
        raise Irregular
    kept = pa.array([_BETWEEN[each] for each in spelled]).take(markup.indices)
    return pc.if_else(kept, texts, pc.ascii_trim(texts, BLANKS))
