"""Limits of an import, each with its reason; over one the person reads a sentence, not a crash."""

MAX_COLUMNS = 1_000
"""Wider tables are measurements, not customers; grids and forms stay usable below this."""

MAX_CELL_BYTES = 2**20
"""One cell; more is an unclosed quote or a document, and would fill the memory of every page."""

MAX_LINE_CHARACTERS = 2**23
"""One line of a file; keeps a file without line ends from being read into memory whole."""

MAX_OPEN_QUOTE_CHARACTERS = 2**22
"""How far the end of a quoted cell is looked for before its quote counts as never closed."""

MAX_NAME_CHARACTERS = 200

SAMPLE_CHARACTERS = 2**20
SAMPLE_LINES = 1_000
"""What a preview reads, so that it takes the same time at any size."""

SAMPLE_CELLS = 20_000
"""How many cells types are guessed on; the whole file decides afterwards."""

PREVIEW_ROWS = 100

ROW_GROUP_ROWS = 122_880
"""DuckDB's own row group: the unit in which it skips and spreads work."""

EXAMPLES = 5
"""How many cells that a type would lose are shown."""

REPORTED_CELLS = 1_000
"""How many rejected cells the report itself holds; rejected.parquet holds all of them."""
