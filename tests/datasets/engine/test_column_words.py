"""What columns are called in exports of shops, tills and ledgers: the roles that are proposed."""

import pytest

from datasets.engine.column_words import numbers_things, plain
from datasets.engine.names import is_identifier
from datasets.engine.rfm_columns import guess_columns
from datasets.engine.roles import ROLES, roles_propose
from datasets.engine.types import Column, ColumnType

KINDS: dict[str, ColumnType] = {"#": "integer", "$": "decimal", "@": "datetime", "?": "boolean"}
KEYS = [role.key for role in ROLES]


def columns(header: str) -> list[Column]:
    """Read a header: a sign before a name says its type, none that it is text."""
    names = [name.strip() for name in header.split("|")]
    return [
        Column(name[1:], KINDS[name[0]]) if name[0] in KINDS else Column(name, "text")
        for name in names
    ]


SHOPIFY = (
    "Name|Email|Financial Status|@Paid at|Fulfillment Status|@Fulfilled at|Accepts Marketing"
    "|Currency|$Subtotal|$Shipping|$Taxes|$Total|Discount Code|$Discount Amount"
    "|Shipping Method|@Created at"
    "|#Lineitem quantity|Lineitem name|$Lineitem price|$Lineitem compare at price|Lineitem sku"
    "|Billing Name|Billing Country|Shipping Name|Shipping Country|@Cancelled at|#Id|Vendor|Phone"
)
WOOCOMMERCE = (
    "#Order Number|Order Status|@Order Date|Customer Note|First Name (Billing)"
    "|Country Code (Billing)|Email (Billing)|$Order Subtotal Amount|$Order Total Amount|SKU"
    "|#Item #|Item Name"
    "|#Quantity (- Refund)|$Item Cost|Coupon Code"
)
MAGENTO = (
    "#item_id|#order_id|increment_id|@created_at|#customer_id|customer_email|sku|name|$qty_ordered"
    "|$qty_invoiced|$price|$base_price|$row_total|country_id"
)
STRIPE = (
    "id|@Created date (UTC)|$Amount|$Amount Refunded|Currency|?Captured|$Converted Amount"
    "|Description"
    "|$Fee|Customer ID|Customer Email|Invoice ID|Card Issue Country"
)
SQUARE = (
    "@Date|Time|Time Zone|Category|Item|$Qty|Price Point Name|SKU|$Gross Sales"
    "|$Discounts|$Net Sales|Transaction ID|Payment ID|Device Name|Customer ID|Customer Name|#Count"
)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param(header, expected, id=name)
        for name, header, expected in [
            ("shopify", SHOPIFY, "Email|Name|Created at|Lineitem quantity|Lineitem price"
             "|Lineitem sku|Billing Country"),
            ("woocommerce", WOOCOMMERCE, "Email (Billing)|Order Number|Order Date"
             "|Quantity (- Refund)|Item Cost|SKU|Country Code (Billing)"),
            ("magento", MAGENTO, "customer_id|order_id|created_at|qty_ordered|price|sku"
             "|country_id"),
            ("prestashop", "#id_order|#id_customer|@date_add|#product_id|product_reference"
             "|#product_quantity|$unit_price_tax_incl|country",
             "id_customer|id_order|date_add|product_quantity|unit_price_tax_incl|product_id"
             "|country"),
            ("stripe", STRIPE,
             "Customer ID|id|Created date (UTC)|||Description|Card Issue Country"),
            ("square", SQUARE, "Customer ID|Transaction ID|Date|Qty||SKU|"),
            ("sap fields", "VBELN|@FKDAT|KUNAG|MATNR|$FKIMG|$NETPR|$NETWR|LAND1",
             "KUNAG|VBELN|FKDAT|FKIMG|NETPR|MATNR|LAND1"),
            ("sap words", "#Sold-to party|#Billing document|@Billing date|Material|$Billed quantity"
             "|$Net price|Country key", "Sold-to party|Billing document|Billing date"
             "|Billed quantity|Net price|Material|Country key"),
            ("amazon", "amazon-order-id|@purchase-date|sku|asin|#quantity|$item-price|buyer-email"
             "|ship-country", "buyer-email|amazon-order-id|purchase-date|quantity|item-price|sku"
             "|ship-country"),
            ("german", "Rechnungsnr.|Artikelnummer|Bezeichnung|#Menge|@Rechnungsdatum|$Einzelpreis"
             "|#Kundennummer|Land", "Kundennummer|Rechnungsnr.|Rechnungsdatum|Menge|Einzelpreis"
             "|Artikelnummer|Land"),
            ("german orders", "Bestell-Nr.|@Bestelldatum|Käufer-ID|Kundenname|Artikel|#Stückzahl"
             "|$Stückpreis|Lieferland", "Käufer-ID|Bestell-Nr.|Bestelldatum|Stückzahl|Stückpreis"
             "|Artikel|Lieferland"),
            ("french", "N° de facture|@Date de la facture|N° client|Référence produit|Désignation"
             "|#Quantité|$Prix unitaire HT|Pays", "N° client|N° de facture|Date de la facture"
             "|Quantité|Prix unitaire HT|Référence produit|Pays"),
            ("spanish", "Nº Pedido|@Fecha de compra|Código cliente|Código artículo|Descripción"
             "|#Cantidad|$Precio unitario|País", "Código cliente|Nº Pedido|Fecha de compra|Cantidad"
             "|Precio unitario|Código artículo|País"),
            ("italian", "Numero fattura|@Data fattura|Codice cliente|Codice articolo|#Quantità"
             "|$Prezzo unitario|Paese", "Codice cliente|Numero fattura|Data fattura|Quantità"
             "|Prezzo unitario|Codice articolo|Paese"),
            ("dutch", "Factuurnummer|@Factuurdatum|Klantnr|Artikelnr|Omschrijving|#Aantal"
             "|$Stukprijs|Landcode", "Klantnr|Factuurnummer|Factuurdatum|Aantal|Stukprijs"
             "|Artikelnr|Landcode"),
            ("portuguese", "Número do pedido|@Data da compra|ID do cliente|Código do produto|#Qtde"
             "|$Preço unitário|País", "ID do cliente|Número do pedido|Data da compra|Qtde"
             "|Preço unitário|Código do produto|País"),
        ]
    ],
)  # fmt: skip
def test_the_roles_of_an_export(header: str, expected: str) -> None:
    wanted = {key: name for key, name in zip(KEYS, expected.split("|"), strict=False) if name}
    assert roles_propose(columns(header)) == wanted


@pytest.mark.parametrize(
    ("header", "amount"),
    [
        ("Menge|$Gesamtpreis|$Preis", "Gesamtpreis"),
        ("$Montant TTC|$Prix", "Montant TTC"),
        ("$Importe|$Precio unitario", "Importe"),
        ("$NETWR|$NETPR", "NETWR"),
    ],
)
def test_the_amount_of_an_export(header: str, amount: str) -> None:
    assert guess_columns(columns(header))["amount"] == amount


def test_of_two_columns_that_are_called_alike_the_first_is_meant() -> None:
    assert guess_columns(columns("Customer ID|customer_id"))["customer"] == "Customer ID"


def test_who_has_an_account_is_not_who() -> None:
    assert "customer" not in guess_columns(columns("?Member|@Account"))


@pytest.mark.parametrize(
    ("name", "folded"),
    [("N° de Client", "noclient"), ("Prix_Unitaire HT", "prixunitaireht"), ("GRÖSSE", "grosse"),
     ("№ d'article", "noarticle"), ("De La", "dela"), ("顧客", "顧客"), ("", "")],
)  # fmt: skip
def test_names_are_folded(name: str, folded: str) -> None:
    assert plain(name) == folded


@pytest.mark.parametrize(
    "name",
    ["Kundennummer", "RechnungsNr", "N° client", "Código do produto", "ID ordine", "Klantnr"],
)
def test_their_numbers_name_things(name: str) -> None:
    assert numbers_things(name)
    assert is_identifier(name)


@pytest.mark.parametrize(
    "name", ["n_orders", "Nombre", "Bestellungen", "Número de pedidos", "Land"]
)
def test_these_numbers_count_or_measure(name: str) -> None:
    assert not numbers_things(name)
