"""What columns of sales are called in exports of shops and tills, in seven languages.

English, German, French, Spanish, Italian, Dutch and Portuguese; Shopify, WooCommerce, Magento,
PrestaShop, Amazon, Square and Stripe; the fields of SAP. Best first: what numbers a thing comes
before its name. All are written as ``plain`` writes names.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import product

from datasets.engine.types import Column

_WORDS = re.compile(r"[^\W_]+")
_SMALL = frozenset(
    (
        *("of", "the", "de", "du", "des", "d", "da", "do", "dos", "del", "della", "dell", "di"),
        *("la", "le", "les", "l", "el", "los", "der", "die", "das", "van", "het"),
    )
)
"""Words that change nothing: ``Date de la facture`` is ``Date facture``."""

_NUMBERS = ("id", "no", "nr", "number", "num", "nummer", "numero", "n", "code", "codigo", "codice")


def plain(name: str) -> str:
    """Fold a name to what it says: ``N° de Client`` and ``no_client`` are ``noclient``."""
    folded = unicodedata.normalize("NFKD", name.replace("°", "o")).casefold()
    words = _WORDS.findall("".join(c for c in folded if not unicodedata.combining(c)))
    return "".join([word for word in words if word not in _SMALL] or words)


def named(columns: Sequence[Column], names: Sequence[str]) -> Column | None:
    """Return the column with the best of ``names``; the first of two that are called alike."""
    there = {plain(column.name): column for column in reversed(columns)}
    return next((there[name] for name in names if name in there), None)


def _numbered(*things: str) -> tuple[str, ...]:
    """Name what numbers a thing: ``customerid``, ``idcustomer``; then the thing alone."""
    return (*_joined(things, _NUMBERS), *things)


def _joined(firsts: Sequence[str], lasts: Sequence[str]) -> tuple[str, ...]:
    """Name what is written in either order: ``orderqty`` and ``qtyordered``."""
    return tuple(name for a, b in product(firsts, lasts) for name in (f"{a}{b}", f"{b}{a}"))


CUSTOMERS = (
    *_numbered("customer"),
    *("custid", "custno", "customeruniqueid", "customerkey", "customerreferenceid"),
    *_numbered("client", "user", "member", "buyer", "account", "shopper"),
    *("kunnr", "kunag", "soldtoparty", "soldto"),
    *_numbered("kunden", "kunde", "debitoren", "debitor", "kaufer", "kaeufer"),
    *_numbered("cliente", "klanten", "klant", "debiteur", "acheteur", "comprador", "acquirente"),
    *("identifiantclient", "clientidentifiant", "referenceclient", "refclient"),
    *("customeremail", "buyeremail", "billingemail", "emailbilling", "email", "emailaddress"),
    *("customername", "buyerusername", "buyername", "kundenname", "nomclient", "nombrecliente"),
    *("nomecliente", "klantnaam"),
)
INVOICES = (
    *_numbered("invoice", "order", "salesorder"),
    *("amazonorderid", "incrementid", "salesrecordnumber"),
    *_numbered("transaction", "basket", "receipt", "bill"),
    *("saleid", "saleno", "salenumber", "salesid"),
    *("billingdocument", "salesdocument", "vbeln", "belnr"),
    *_numbered("rechnungs", "rechnung", "bestell", "bestellungs", "bestellung", "auftrags"),
    *_numbered("auftrag", "beleg", "kassenbon", "bon", "transaktions"),
    *_numbered("facture", "commande", "factura", "pedido", "fattura", "ordine", "scontrino"),
    *_numbered("factuur", "bestel", "bestelling", "fatura", "notafiscal", "encomenda", "ticket"),
    *("referencecommande", "refcommande", "referenciapedido"),
)
_DONE = ("invoice", "order", "purchase", "transaction", "sale", "sales", "billing", "document")
DATES = (
    *_joined(_DONE, ("date", "datetime", "time")),
    *("billingdocumentdate", "salesorderdate", "postingdate", "paymentdate", "fkdat", "audat"),
    *("rechnungsdatum", "bestelldatum", "bestellungsdatum", "auftragsdatum", "kaufdatum"),
    *("verkaufsdatum", "belegdatum", "buchungsdatum", "transaktionsdatum"),
    *("datefacture", "datefacturation", "datecommande", "dateachat", "datevente"),
    *("fechafactura", "fechapedido", "fechacompra", "fechaventa"),
    *("datafattura", "dataordine", "dataacquisto", "datavendita"),
    *("factuurdatum", "besteldatum", "aankoopdatum", "verkoopdatum"),
    *("datafatura", "datapedido", "datacompra", "datavenda", "dataencomenda"),
    *("date", "datum", "fecha", "data", "orderpurchasetimestamp", "timestamp", "datetime"),
    *("createdat", "datecreated", "createddate", "createddateutc", "createdutc", "created"),
    *("dateadd", "dateadded", "paidat", "budat", "bldat", "erdat", "time", "day", "jour"),
)
AMOUNTS = (
    *("totalprice", "totalamount", "total", "amount", "linetotal", "itemtotal", "rowtotal"),
    *("revenue", "sales", "netsales", "grosssales", "turnover", "ordervalue", "value"),
    *("paymentvalue", "spend", "spent", "netamount", "netwr", "grandtotal"),
    *("gesamtpreis", "gesamtbetrag", "positionswert", "nettobetrag", "bruttobetrag", "summe"),
    *("montant", "montanttotal", "montantttc", "montantht", "totalttc", "totalht", "importe"),
    *("importetotal", "importo", "importototale", "totale", "bedrag", "totaalbedrag", "totaal"),
    *("valortotal", "valor", "omzet", "price", "betrag", "umsatz"),
)
_LINES = ("item", "lineitem", "product", "line", "order", "ordered", "sold", "purchased")
QUANTITIES = (
    *("quantity", "qty", "units", "unitssold", "pieces", "pcs"),
    *_joined((*_LINES, "invoiced", "billed", "billing"), ("quantity", "qty")),
    *("quantityrefund", "itemssold", "fkimg", "kwmeng", "menge", "bestellmenge", "verkaufsmenge"),
    *("liefermenge", "anzahl", "stuck", "stueck", "stuckzahl", "stueckzahl"),
    *("quantite", "qte", "quantitecommandee", "nbarticles", "nombre", "nb"),
    *("cantidad", "unidades", "cant", "uds", "quantita", "qta", "pezzi"),
    *("aantal", "hoeveelheid", "stuks", "quantidade", "qtd", "qtde", "count"),
)
PRICES = (
    *("unitprice", "price", "priceperunit", "priceeach", "itemprice", "lineitemprice"),
    *("productprice", "sellingprice", "salesprice", "saleprice", "netprice", "grossprice"),
    *("itemcost", "unitpricetaxincl", "unitpricetaxexcl", "soldfor", "netpr", "netpriceamount"),
    *("einzelpreis", "einzelpreisnetto", "einzelpreisbrutto", "stuckpreis", "stueckpreis"),
    *("preis", "preisprostuck", "preisprostueck", "artikelpreis", "verkaufspreis", "vkpreis"),
    *("nettopreis", "bruttopreis"),
    *("prixunitaire", "prixunitairettc", "prixunitaireht", "prix", "prixttc", "prixht", "puttc"),
    *("puht", "pu", "prixvente", "preciounitario", "precio", "preciounidad", "precioventa", "pvp"),
    *("prezzounitario", "prezzo", "prezzovendita", "stukprijs", "eenheidsprijs", "prijs"),
    *("prijsperstuk", "verkoopprijs", "precounitario", "valorunitario", "preco", "precovenda"),
)
PRODUCTS = (
    *("stockcode", "sku", "lineitemsku", "itemsku", "productsku", "asin", "matnr", "productkey"),
    *_numbered("product", "article", "item"),
    *("ean", "gtin", "upc", "barcode", "productreference"),
    *_numbered("artikel", "produkt", "material", "produit", "producto", "articulo", "prodotto"),
    *_numbered("articolo", "produto", "artigo"),
    *("referenceproduit", "referencearticle", "refproduit", "refarticle", "referenciaproducto"),
    *("lineitemname", "productname", "itemname", "producttitle", "itemtitle", "products"),
    *("artikelbezeichnung", "bezeichnung", "artikelname", "produktname", "nomproduit"),
    *("designation", "libelle", "nombreproducto", "nomeprodotto", "nomeproduto", "productnaam"),
    *("description", "descripcion", "descrizione", "descricao", "omschrijving"),
)
_WHERE = ("customer", "billing", "shipping", "ship", "delivery", "buyer", "cardaddress")
COUNTRIES = (
    *("country", "countrycode", "countryid", "countrykey", "countryname"),
    *_joined(_WHERE, ("country", "countrycode", "countryname")),
    *("cardissuecountry", "land1", "land", "landcode", "landercode", "laendercode", "kundenland"),
    *("lieferland", "rechnungsland", "landerkennzeichen", "laenderkennzeichen"),
    *("pays", "codepays", "paysclient", "payslivraison", "paysfacturation", "pais", "codigopais"),
    *("paiscliente", "paisenvio", "paisfacturacion", "paese", "codicepaese", "paesespedizione"),
    *("nazione", "market"),
)

_THINGS = frozenset((*CUSTOMERS, *INVOICES, *PRODUCTS))

_PLAINLY = (
    ({"lineitemname", "lineitemquantity"}, "name"),  # Shopify: the order's number
    ({"createddateutc", "amountrefunded"}, "id"),  # Stripe: the payment's
    ({"createdutc", "amountrefunded"}, "id"),
    ({"purchasepoint", "purchasedate"}, "id"),  # Magento's grid of orders
)
"""Exports whose invoice is called like anything: other columns tell them."""


def invoice_names(columns: Sequence[Column]) -> tuple[str, ...]:
    """Give the names of invoices, best first; in a known export the one that it has."""
    there = {plain(column.name) for column in columns}
    own = tuple(name for marks, name in _PLAINLY if marks <= there)
    return (*own, *INVOICES)


@lru_cache(maxsize=2_000)  # asked again for each cell's look and each column's role
def numbers_things(name: str) -> bool:
    """Say whether a column holds the numbers of customers, invoices or products.

    ``Kundennummer`` and ``Código do produto`` do; ``n_orders``, which may count them, does not.
    """
    said = plain(name)
    return any(
        (said.startswith(no) and said.removeprefix(no) in _THINGS)
        or (said.endswith(no) and said.removesuffix(no) in _THINGS)
        for no in _NUMBERS
        if no != "n"
    )
