"""Reads the text of a formula to a tree, as yet unchecked, by sqlglot's own grammar."""

from collections.abc import Sequence
from typing import ClassVar

from sqlglot import exp, parser
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import ParseError, TokenError
from sqlglot.parsers.duckdb import DuckDBParser
from sqlglot.tokenizer_core import Token, TokenType

from datasets.engine.formula_functions import ALIASES, FUNCTIONS
from datasets.engine.formula_words import FormulaError, quoted
from datasets.engine.types import Column

MAX_NESTING = 20
MAX_PREFIXES = 5

_OWN_WORDS = frozenset(
    {
        *("and", "or", "not", "in", "is", "null", "like", "ilike", "between", "case", "when"),
        *("then", "else", "end", "true", "false", "as", "cast", "try_cast", "distinct", "from"),
    }
)
_OPENING = {TokenType.L_PAREN, TokenType.CASE}
_CLOSING = {TokenType.R_PAREN, TokenType.END}
_VALUES = {TokenType.STRING, TokenType.IDENTIFIER, TokenType.NUMBER}
_CASTING = {TokenType.ALIAS, TokenType.DCOLON}
_PREFIXES = {TokenType.NOT, TokenType.DASH, TokenType.PLUS, TokenType.TILDE}


class FormulaGrammar(DuckDB):
    """DuckDB's expressions with [Unit Price] for names, and without any function of its own.

    Every call parses to a plain name with arguments, so what a name means is decided by our list
    alone.
    """

    class Tokenizer(DuckDB.Tokenizer):
        IDENTIFIERS = [("[", "]"), '"']
        BYTE_STRINGS = []
        HEREDOC_STRINGS = []
        VAR_SINGLE_TOKENS = set()

    class Parser(DuckDBParser):
        FUNCTIONS: ClassVar[dict] = {}
        NO_PAREN_FUNCTIONS: ClassVar[dict] = {}
        FUNCTION_PARSERS: ClassVar[dict] = {
            name: parser.Parser.FUNCTION_PARSERS[name] for name in ("CAST", "TRY_CAST")
        }
        NO_PAREN_FUNCTION_PARSERS: ClassVar[dict] = {
            "CASE": parser.Parser.NO_PAREN_FUNCTION_PARSERS["CASE"]
        }


def read(text: str, columns: Sequence[Column]) -> exp.Expr:
    """Return the tree of one expression; ``FormulaError`` where it cannot be read as one."""
    grammar = FormulaGrammar()
    try:
        tokens = grammar.tokenize(text)
    except TokenError:
        raise FormulaError("A quote or bracket is opened and not closed; close it.") from None
    _check_tokens(tokens)
    try:
        trees = grammar.parser().parse_into(exp.Condition, _named(tokens, columns), text)
    except ParseError as error:
        raise _unreadable(error) from None
    except RecursionError:
        raise _too_deep() from None
    except Exception as error:  # sqlglot fails in its own ways on broken text
        raise FormulaError("This cannot be read as a formula; check its operators.") from error
    tree = trees[0] if len(trees) == 1 else None
    if tree is None:
        raise FormulaError("Write one formula, for example Quantity * UnitPrice.")
    return tree


def _too_deep() -> FormulaError:
    """Return the error of a formula nested too deeply."""
    return FormulaError(
        f"This nests more than {MAX_NESTING} levels deep; make it two steps with a column between."
    )


def _check_tokens(tokens: Sequence[Token]) -> None:
    depth = prefixes = 0
    for token in tokens:
        kind = token.token_type
        if kind is TokenType.SEMICOLON:
            raise FormulaError("Write one formula, without “;”.", token.start + 1)
        depth += (kind in _OPENING) - (kind in _CLOSING)
        prefixes = prefixes + 1 if kind in _PREFIXES else 0
        if depth > MAX_NESTING or prefixes > MAX_PREFIXES:
            raise _too_deep()
    opened = [token.token_type for token in tokens]
    if opened.count(TokenType.L_PAREN) > opened.count(TokenType.R_PAREN):
        raise FormulaError("A bracket is opened and not closed; write “)” where it ends.")


def _named(tokens: Sequence[Token], columns: Sequence[Column]) -> list[Token]:
    """Let our function names and the columns' names win over the words of SQL (Date, Order …)."""
    functions = {*FUNCTIONS, *ALIASES}
    names = {column.name.casefold() for column in columns} - _OWN_WORDS
    kinds = [None, *(token.token_type for token in tokens), None]
    result = []
    for token, before, after in zip(tokens, kinds, kinds[2:], strict=False):
        word, called = token.text.casefold(), after is TokenType.L_PAREN
        if token.token_type in _VALUES:
            result.append(token)
        elif called and word in functions:
            result.append(_retyped(token, TokenType.VAR))
        elif word in names and not called and before not in _CASTING and after not in _VALUES:
            result.append(_retyped(token, TokenType.IDENTIFIER))
        else:
            result.append(token)
    return result


def _retyped(token: Token, kind: TokenType) -> Token:
    return Token(kind, token.text, token.line, token.col, token.start, token.end)


def _unreadable(error: ParseError) -> FormulaError:
    found = error.errors[0] if error.errors else {}
    near, place = str(found.get("highlight") or ""), found.get("col")
    if found.get("description", "").startswith("Required keyword") or not near:
        return FormulaError(
            "The formula is not complete: a value, operator or bracket is missing.", place
        )
    return FormulaError(
        f"The formula cannot be read at {quoted(near)}; check the operators, commas and "
        "brackets there.",
        place - len(near) + 1 if place else None,
    )
