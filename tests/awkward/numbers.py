"""Numbers, amounts, dates and identifiers as programs and people write them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tests.awkward.base import Read

D = Decimal
ACCOUNTS = "signs were read as in accounts"


def column(name: str, cells: list[str], kind: str, values: list[Any], *said: str, **others: Any
           ) -> Read:  # fmt: skip
    """Expect these values of cells that stand beside a plain number."""
    data = f"{name};n\n" + "".join(f"{cell};{n}\n" for n, cell in enumerate(cells))
    rows = [(value, n) for n, value in enumerate(values)]
    return Read(data.encode(), [name, "n"], f"{kind} integer", rows, said, **others)


def kept(name: str, cells: list[str], *said: str, **others: Any) -> Read:
    """Expect text, as it is written."""
    return column(name, cells, "text", [cell or None for cell in cells], *said, **others)


FILES: dict[str, Read] = {
    "thousands points and decimal comma": column(
        "p", ["1.234,56", "12,00", "1.234.567,8"], "decimal", [D("1234.56"), D(12), D("1234567.8")]
    ),
    "narrow blanks in thousands": column(
        "p", ["1\u202f234,56", "12,00"], "decimal", [D("1234.56"), D(12)]
    ),
    "no-break blanks in thousands": column(
        "p", ["1\u00a0234,56", "12,00"], "decimal", [D("1234.56"), D(12)]
    ),
    "apostrophes in thousands": column("p", ["1'234.50", "12.00"], "decimal", [D("1234.5"), D(12)]),
    "a thousand or a decimal": kept("p", ["1,234", "5,678"], "1,234 can be a thousand or have"),
    "thousands points and no decimals": kept(
        "p", ["1.234", "999", "12.500"], "1.234 can be a thousand or have decimals"
    ),
    "thousands points and no decimals, told": column(
        "p", ["1.234", "999", "12.500"], "integer", [1234, 999, 12500],
        options={"decimal": ",", "thousands": "."},
    ),
    "amounts with thousands points and no decimals": kept(
        "p", ["1.234 €", "5 €", "12.000 €"], "1.234 € can be a thousand or have decimals"
    ),
    "dollars with thousands commas and no decimals": kept(
        "p", ["$1,234", "$5", "$12,000"], "$1,234 can be a thousand or have decimals"
    ),
    "three decimals everywhere": column(
        "p", ["1.234", "12.500"], "decimal", [D("1.234"), D("12.5")],
        "1.234 is read with decimals. If it is more than a thousand",
    ),
    "three decimals beside others": Read(
        b"p;q\n1.234;0.5\n999;2.25\n", ["p", "q"], "decimal decimal",
        [(D("1.234"), D("0.5")), (D(999), D("2.25"))],
    ),
    "two spellings of thousands": kept("p", ["1.234,56", "1,234.56"]),
    "lakh": kept("p", ["1,23,456.00", "12.00"]),
    "dollars": column("p", ["$1,234.56", "-$12.00", "$ 5"], "decimal",
                      [D("1234.56"), D(-12), D(5)], "the currency “$”"),
    "euros behind": column("p", ["1.234,56 €", "-12,00 €"], "decimal", [D("1234.56"), D(-12)],
                           "the currency “€”"),
    "codes of currencies": column("p", ["CHF 1'234.50", "CHF 12.00"], "decimal",
                                  [D("1234.5"), D(12)], "the currency “CHF”"),
    "two currencies": kept("p", ["$5.00", "€6.00"]),
    "codes of articles before numbers": kept("p", ["ABC 123", "ABD 124"]),
    "percentages": column("p", ["12.5%", "7 %", "-3%"], "decimal",
                          [D("0.125"), D("0.07"), D("-0.03")], "read as shares"),
    "brackets for minus": column("p", ["(1,234.56)", "12.00"], "decimal", [D("-1234.56"), D(12)],
                                 ACCOUNTS),
    "minus at the end": column("p", ["1234.56-", "12.00"], "decimal", [D("-1234.56"), D(12)],
                               ACCOUNTS),
    "a typographic minus": column("p", ["\u221212.5", "12.00"], "decimal", [D("-12.5"), D(12)],
                                  ACCOUNTS),
    "a plus before decimals": column("p", ["+12.5", "-3.25"], "decimal", [D("12.5"), D("-3.25")],
                                     ACCOUNTS),
    "brackets that show late": Read(
        lambda: b"p;n\n" + b"5.50;1\n" * 30_000 + b"(6.50);2\n", ["p", "n"], "decimal integer",
        [*[(D("5.5"), 1)] * 30_000, (D("-6.5"), 2)], (ACCOUNTS,),
    ),
    "a word among amounts": kept("p", [*(f"{n}.5" for n in range(30)), "N/A"],
                                 "such as “N/A”, so the column stays text"),
    "a word after many numbers": Read(
        b"id;n\n" + b"".join(b"%d;1\n" % n for n in range(300)) + b"x;2\n", ["id", "n"],
        "text integer", [*[(str(n), 1) for n in range(300)], ("x", 2)],
        ("id: some values are not whole numbers, such as “x”, so the column stays text.",),
    ),
    "codes that begin as numbers": kept(
        "code", [*map(str, range(7)), "A1", "B2", "C3"],
        "its first values are whole numbers, others are not, such as “A1”, so the column stays",
    ),
    "two date formats that show late": Read(
        lambda: b"d,n\n" + b"".join(b"2020-01-%02d,1\n" % (n % 28 + 1) for n in range(5_000))
        + b"31/01/2020,2\n" * 5_000, ["d", "n"], "text integer",
        [*[(f"2020-01-{n % 28 + 1:02}", 1) for n in range(5_000)], *[("31/01/2020", 2)] * 5_000],
        ("d: its first values are dates, others are not, so the column stays text.",),
        shown="date integer",
    ),
    "a word named as nothing": column("p", ["0.5", "N/A"], "decimal", [D("0.5"), None],
                                      options={"null_words": ["N/A"]}),
    "amounts by choice": Read(
        b"p;n\n$5.00;1\nfree;2\n7;3\n", ["p", "n"], "decimal integer",
        [(D(5), 1), (None, 2), (D(7), 3)], ("1 values could not be read as chosen",),
        ((2, "p", "free"),), options={"types": {"p": "decimal"}},
    ),
    "leading zeros": kept("zip", ["00123", "75001"]),
    "phone numbers": kept("phone", ["+33612345678", "+33687654321"]),
    "20-digit ids": kept("id", ["12345678901234567890", "12345678901234567891"]),
    "Namibia is not nothing": Read(
        b"code,n\nNA,1\nnull,2\nNone,\n,4\n", ["code", "n"], "text integer",
        [("NA", 1), ("null", 2), ("None", None), (None, 4)],
    ),
    "integers with .0": Read(
        b"customer,n\n17850.0,1\n,2\n13047.0,3\n", ["customer", "n"], "integer integer",
        [(17850, 1), (None, 2), (13047, 3)],
    ),
    "codes that look like exponents": kept("code", ["12E5", "3E10"]),
    "codes of articles that are exponents": column(
        "code", ["3E-12", "4E-15"], "float", [3e-12, 4e-15], "3E-12 is read as a number. If it is a"
    ),
    "floats": column("x", ["0.123456789", "1e-07", "5"], "float", [0.123456789, 1e-07, 5.0]),
    "a type that changes at row 50,001": Read(
        lambda: b"code,n\n" + b"7,1\n" * 50_000 + b"C536379,1\n", ["code", "n"], "text integer",
        [*[("7", 1)] * 50_000, ("C536379", 1)], ("1 of 50,001 values are not whole numbers",),
        shown="integer integer",
    ),
    "truth": column("b", ["true", "FALSE", ""], "boolean", [True, False, None]),
    "yes and no are words": kept("b", ["yes", "no"]),
    "one date format": column("d", ["13/02/2020", "01/02/2020"], "date",
                              [date(2020, 2, 13), date(2020, 2, 1)]),
    "days that can be months": kept("d", ["01/02/2020", "03/04/2020"], "01/02 can be 1 February"),
    "a day that does not exist": kept("d", ["31/02/2020", "13/02/2020"]),
    "two date formats": kept("d", ["2020-01-31", "31/01/2020"]),
    "names of months": column("d", ["3 March 2020", "13 May 2020"], "date",
                              [date(2020, 3, 3), date(2020, 5, 13)]),
    "names of months in German": kept("d", ["3. März 2020", "13. Mai 2020"]),
    "times with zones": column(
        "t", ["2020-01-02T10:00:00+01:00", "2020-07-02T10:00:00Z"], "datetime",
        [datetime(2020, 1, 2, 9), datetime(2020, 7, 2, 10)], "moved to UTC",
    ),
    "times as shops write them": column(
        "t", ["2020-01-02 10:00:00 +0100", "2020-07-02 10:00:00 -0230"], "datetime",
        [datetime(2020, 1, 2, 9), datetime(2020, 7, 2, 12, 30)], "moved to UTC",
    ),
    "times as warehouses write them": column(
        "t", ["2020-01-02 10:00:00 UTC", "2020-07-02 10:00:00.5 UTC", "2020-07-02 10:00:00+01"],
        "datetime", [datetime(2020, 1, 2, 10), datetime(2020, 7, 2, 10, 0, 0, 500_000),
                     datetime(2020, 7, 2, 9)], "moved to UTC",
    ),
    "years of two digits": column(
        "d", ["13/02/55", "01/02/69"], "date", [date(2055, 2, 13), date(1969, 2, 1)],
        "two digits are read as 1969 to 2068, “13/02/55” as 13 February 2055",
    ),
    "years of two digits, in front": column(
        "d", ["20-01-15", "21-12-31"], "date", [date(2015, 1, 20), date(2031, 12, 21)],
        "“20-01-15” as 20 January 2015",
    ),
    "nanoseconds": kept("t", ["2020-01-02T10:00:00.123456789", "2020-01-03T10:00:00.123456789"]),
    "no date at all": kept("d", ["2020-01-05", "0000-00-00"]),
    "day numbers of a spreadsheet": column(
        "Order Date", ["44197", "44198"], "integer", [44197, 44198], "day numbers of a spreadsheet"
    ),
    "day numbers by choice": column(
        "Order Date", ["44197", "44198"], "date", [date(2021, 1, 1), date(2021, 1, 2)],
        options={"types": {"Order Date": "date"}},
    ),
    "day numbers with a time by choice": column(
        "at", ["44197.5", "44198"], "datetime", [datetime(2021, 1, 1, 12), datetime(2021, 1, 2)],
        options={"types": {"at": "datetime"}},
    ),
    "days without signs": column("date", ["20200102", "20200703"], "integer", [20200102, 20200703],
                                 "days written yyyymmdd"),
    "days without signs by choice": column(
        "date", ["20200102", "20200703"], "date", [date(2020, 1, 2), date(2020, 7, 3)],
        options={"types": {"date": "date"}},
    ),
    "seconds since 1970 by choice": column(
        "created_at", ["1577959200", "1577959201"], "datetime",
        [datetime(2020, 1, 2, 10), datetime(2020, 1, 2, 10, 0, 1)],
        options={"types": {"created_at": "datetime"}},
    ),
    "milliseconds since 1970": column(
        "created_at", ["1577959200000", "1577959201000"], "integer",
        [1577959200000, 1577959201000], "milliseconds since 1970",
    ),
}  # fmt: skip
