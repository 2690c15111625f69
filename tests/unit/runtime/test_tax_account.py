"""Whose tax account is used."""

from typing import Any

import pytest
from oms.wiring import tax as wiring


@pytest.mark.parametrize(("more", "company"), [({}, "DEFAULT"), ({"avalara_company": "SHOP-EU"}, "SHOP-EU")])
def test_the_company_stands_in_the_secret_or_is_the_accounts_first(
    monkeypatch: pytest.MonkeyPatch, more: dict[str, str], company: str
) -> None:
    given: list[Any] = []
    secret = {"avalara_account": "a", "avalara_licence": "l"} | more
    monkeypatch.setattr(wiring, "credentials", lambda: secret)
    monkeypatch.setattr(wiring, "AvalaraTax", lambda *arguments: given.append(arguments))
    monkeypatch.setenv("AVALARA_URL", "https://tax.example")

    wiring.tax.__wrapped__()

    assert given == [("https://tax.example", "a", "l", company)]
