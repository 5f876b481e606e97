"""Postage, fees, manual bookings and tests among the products."""

from typing import Any

from datasets.engine.checks.base import Check, Sales, checks, keep

CODES = (
    *("POST", "POSTAGE", "DOT", "DOTCOM POSTAGE", "C2", "CARRIAGE", "SHIPPING", "DELIVERY"),
    *("M", "MANUAL", "ADJUST", "ADJUST2", "ADJUSTMENT", "B", "D", "DISCOUNT", "S", "SAMPLES"),
    *("BANK CHARGES", "AMAZONFEE", "AMAZON FEE", "FEE", "CRUK", "CRUK COMMISSION", "PADS"),
    *("TEST", "TEST001", "TEST002", "TESTING", "DUMMY"),
)
"""Those of the UCI Online Retail files (doi:10.24432/C5BW33), and the usual words for the same."""


@checks.register
class ServiceCodes(Check):
    """Codes that are no product."""

    key = "service_codes"
    title = "Postage, fees, manual and test entries"
    why = (
        "They stand among the products but nobody chose them. Leave them out where segments should "
        "show what people buy; keep postage where it is part of what they pay."
    )
    icon = "truck"
    order = 60
    needs = ("product",)
    advised = False

    def fits(self, sales: Sales) -> bool:
        """Only texts can be such codes."""
        return super().fits(sales) and sales.is_text("product")

    def step(self, sales: Sales) -> dict[str, Any]:
        """Keep everything whose code is not on the list."""
        listed = ", ".join(f"'{code}'" for code in CODES)
        return keep(f"{sales.name('product')} is null or {sales.text('product')} not in ({listed})")
