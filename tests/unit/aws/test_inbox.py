"""A consumer's memory of the events it has dealt with."""

from oms.aws.inbox import Inbox
from oms.aws.table import Table


def test_an_event_is_known_once_it_is_kept(table: Table) -> None:
    inbox = Inbox(table, "commit_tax")
    assert not inbox.has("ord_1:orders:000001")

    inbox.keep("ord_1:orders:000001")

    assert inbox.has("ord_1:orders:000001")
    assert not inbox.has("ord_1:orders:000002")


def test_each_consumer_remembers_for_itself(table: Table) -> None:
    Inbox(table, "commit_tax").keep("ord_1:orders:000001")

    assert not Inbox(table, "ship_stock").has("ord_1:orders:000001")


def test_an_event_that_two_deliveries_keep_is_kept_once_with_the_first_note(table: Table) -> None:
    inbox = Inbox(table, "commit_tax")
    inbox.keep("ord_1:orders:000001", "first")
    inbox.keep("ord_1:orders:000001", "second")

    item = table.get("INBOX#commit_tax#ord_1:orders:000001", "INBOX")

    assert item is not None
    assert item["note"] == "first"


def test_what_is_kept_never_expires(table: Table) -> None:
    Inbox(table, "commit_tax").keep("ord_1:orders:000001")

    item = table.get("INBOX#commit_tax#ord_1:orders:000001", "INBOX")

    assert item is not None
    assert item.keys() == {"pk", "sk", "note"}
