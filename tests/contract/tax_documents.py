"""A sale, before and after tax was charged on it."""

from dataclasses import replace

from oms.contracts.snapshots import Address
from oms.contracts.tax import TaxableLine, TaxDocument

WAREHOUSE = Address("Warehouse", "Hafenstrasse 1", "Hamburg", "20457", "DE")
CUSTOMER = Address("C. Stone", "Gartenweg 2", "Berlin", "10115", "DE")
SALE = TaxDocument(
    code="ord-aaaa-f1",
    currency="EUR",
    date="2026-11-27",
    ship_from=WAREHOUSE,
    ship_to=CUSTOMER,
    lines=(TaxableLine(1, "TEA-1", 3, 10_01), TaxableLine(2, "MUG-1", 1, 99)),
    shipping=4_90,
    prices_include_tax=False,
    customer_code="web",
)
CHARGED = replace(
    SALE,
    lines=(replace(SALE.lines[0], tax=1_90), replace(SALE.lines[1], tax=20)),
    shipping_tax=93,
)
