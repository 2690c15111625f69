"""Bugs of the kind that engineers really make, planted one at a time: the simulator must find each.

    python -m tests.simulation.planted [--seeds N] [--only NAME]

Each is a change of one line in a copy of the project. A bug that is not found is a hole in the simulator.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import track

from ops.cli.signals import interruptible
from tests.running.alone import ROOT

_NEEDED: Final = ("shared", "functions", "statemachines", "infra", "ops", "tests", "pyproject.toml")
_OMS: Final = "shared/python/oms"


@dataclass(frozen=True, slots=True)
class Bug:
    """`before` stands once in `file`."""

    name: str
    file: str
    before: str
    after: str


BUGS: Final = (
    Bug(
        "stock is taken without a condition",
        f"{_OMS}/inventory/adapters/moves.py",
        'condition="#source >= :units",',
        'condition="attribute_exists(pk)",',
    ),
    Bug(
        "a chunk is changed over a newer version",
        f"{_OMS}/inventory/adapters/moves.py",
        'condition="#version = :before",',
        'condition="#version >= :before OR #version < :before",',
    ),
    Bug(
        "a cancellation leaves the work with the locations",
        f"{_OMS}/orders/application/cancellation.py",
        "            fulfilment_orders=done.fulfilment_orders,\n",
        "            fulfilment_orders=(),\n",
    ),
    Bug(
        "stock is counted before the slip that says it was counted",
        f"{_OMS}/inventory/adapters/dynamo.py",
        "        refused = self.table.transact([row, level, told])",
        "        refused = self.table.transact([level]) or self.table.transact([row, told])",
    ),
    Bug(
        "a payment is saved over a newer version",
        f"{_OMS}/payments/adapters/dynamo.py",
        'condition, values = "version = :seen", {":seen": payment.version - 1}',
        'condition, values = "version >= :seen", {":seen": 0}',
    ),
    Bug(
        "the key of an authorization is made anew for each try",
        f"{_OMS}/payments/application/authorizing.py",
        "            key=payment.key,",
        '            key=f"{payment.key}-{payment.version}-{desk.now}",',
    ),
    Bug(
        "the key of a capture is made anew for each try",
        f"{_OMS}/payments/application/capturing.py",
        "            key=effect.key,",
        '            key=f"{effect.key}-{desk.now}",',
    ),
    Bug(
        "money moves without a journal entry",
        f"{_OMS}/payments/adapters/dynamo.py",
        "        if entry:",
        "        if entry and not payment.prepaid:",
    ),
    Bug(
        "a cancelled order keeps its money",
        "statemachines/order_capture.asl.yaml",
        "    Catch: *cancel_failed\n    Next: SettleCancellation",
        "    Catch: *cancel_failed\n    Next: Complete",
    ),
    Bug(
        "a cancelled order keeps its stock",
        f"{_OMS}/runtime/assessing/stock.py",
        "    return turn(command.run) + int(command.own) if command.run else EVER",
        "    return turn(command.run) + int(command.own) if command.run else 0",
    ),
    Bug(
        "a new assessment takes stock on top of the old",
        "statemachines/assess_order.asl.yaml",
        "        Next: PlanFulfilment\n    Default: GiveBackEarlier",
        "        Next: PlanFulfilment\n    Default: PlanFulfilment",
    ),
    Bug(
        "an overtaken assessment may still reserve",
        f"{_OMS}/inventory/adapters/moves.py",
        'condition="attribute_not_exists(pk) OR #turn <= :turn",',
        'condition="attribute_not_exists(pk) OR #turn <= :turn OR #turn > :turn",',
    ),
    Bug(
        "giving back forgets what the locations still owe",
        f"{_OMS}/runtime/assessing/stock.py",
        "        return committed_units(orders.fulfilment_orders(command.order_id))",
        "        return {}",
    ),
    Bug(
        "a consumer swallows its errors",
        f"{_OMS}/runtime/queues.py",
        '                failed.append({"itemIdentifier": message["messageId"]})',
        "                pass",
    ),
    Bug(
        "the inbox is written before the effect",
        f"{_OMS}/runtime/queues.py",
        "        handle(event)\n        if box:\n            box.keep(event.event_id)",
        "        if box:\n            box.keep(event.event_id)\n        handle(event)",
    ),
    Bug(
        "the relay takes a refusal of the bus for a success",
        f"{_OMS}/runtime/relay.py",
        '        codes = [str(result.get("ErrorCode") or "") for result in answer["Entries"]]',
        '        codes = ["" for result in answer["Entries"]]',
    ),
    Bug(
        "the relay leaves its receipts before it publishes",
        f"{_OMS}/runtime/relay.py",
        "        entries, parked = _entries(items)",
        "        self._receipts(items)\n        entries, parked = _entries(items)",
    ),
    Bug(
        "all shipments of an order have one key at the gateway",
        f"{_OMS}/payments/domain/effects.py",
        'return effect_key(order_id, "capture", after_refusals(shipment_id, refusals))',
        'return effect_key(order_id, "capture", after_refusals("all", refusals))',
    ),
    Bug(
        "a repeated shipment report ships again",
        f"{_OMS}/orders/domain/shipping.py",
        "    if known := fulfilment_order.shipments.get(parcel.shipment_id):",
        "    if known := None:",
    ),
    Bug(
        "a wait looks first and keeps its token second",
        f"{_OMS}/orders/application/release.py",
        "    orders.keep_token(order_id, token, turn)\n    return interruption(order_id, orders=orders)",
        "    found = interruption(order_id, orders=orders)\n"
        "    orders.keep_token(order_id, token, turn)\n"
        "    return found",
    ),
    Bug(
        "a dead workflow's wait takes the token from the living one",
        f"{_OMS}/orders/adapters/dynamo.py",
        'latest = "attribute_not_exists(pk) OR #turn <= :turn"',
        'latest = "attribute_not_exists(pk) OR #turn <= :turn OR #turn > :turn"',
    ),
    Bug(
        "a hold is kept though less is due",
        f"{_OMS}/payments/application/authorizing.py",
        "        case AuthorizationState.AUTHORIZED if request.amount == payment.authorized:",
        "        case AuthorizationState.AUTHORIZED if request.amount <= payment.authorized:",
    ),
    Bug(
        "a refund that was refused is asked for again under its old key",
        f"{_OMS}/payments/application/giving_back.py",
        "        key = refund_key(payment.order_id, payment.refunds + 1, payment.refund_refusals)",
        "        key = refund_key(payment.order_id, payment.refunds + 1, 0)",
    ),
    Bug(
        "the sweeper believes an index that may be late",
        f"{_OMS}/runtime/sweeping.py",
        "RIPE = timedelta(minutes=20)",
        "RIPE = timedelta(0)",
    ),
    Bug(
        "the refund is one penny too much",
        f"{_OMS}/payments/application/settling.py",
        "    amount = 0 if payment.waived else payment.refundable - shipped_total",
        "    amount = payment.refundable - shipped_total + (shipped_total > 0)",
    ),
    Bug(
        "a settlement does not wait for captures under way",
        f"{_OMS}/payments/application/settling.py",
        '    if payment.busy("capture") or decided < shipped_total:',
        "    if False:",
    ),
    Bug(
        "the tax of a shipment is reported without the shipping",
        f"{_OMS}/runtime/consuming/tax.py",
        '        shipping_tax=data["shipping_tax"],',
        "        shipping_tax=0,",
    ),
    Bug(
        "an event is written after its transition",
        f"{_OMS}/orders/adapters/dynamo.py",
        "        if self.table.transact(writes):",
        "        if self.table.transact(writes[:-1]) or self.table.write(writes[-1]):",
    ),
    Bug(
        "a refused reservation may be made after all",
        f"{_OMS}/inventory/adapters/dynamo.py",
        "        refused = self.table.write(moves.new_chunk(self.table.name, stone))",
        "        refused = None",
    ),
    Bug(
        "a fence forgets the order's first reservation",
        f"{_OMS}/inventory/adapters/dynamo.py",
        "        self.table.write(moves.new_chunk(self.table.name, withdrawn(order_id, FIRST)))",
        "        withdrawn(order_id, FIRST)",
    ),
    Bug(
        "a refused capture that was given up keeps the rest of the hold",
        f"{_OMS}/payments/application/writing_off.py",
        "            release_unclaimed(desk, order_id)\n            return",
        "            return",
    ),
    Bug(
        "a capture that was begun is left with a person who has its refusal",
        f"{_OMS}/payments/application/capturing.py",
        "            if refusal and not begun and with_people():",
        "            if refusal and with_people():",
    ),
    Bug(
        "the last capture leaves on hold what was given up of the others",
        f"{_OMS}/payments/application/capturing.py",
        "    if payment.closed or given_up(payment.refused):",
        "    if payment.closed:",
    ),
    Bug(
        "the last capture leaves on hold what was called off",
        f"{_OMS}/payments/application/capturing.py",
        "    if payment.closed or given_up(payment.refused):",
        "    if given_up(payment.refused):",
    ),
    Bug(
        "a settlement releases the hold that a refused capture may yet be taken from",
        f"{_OMS}/payments/application/settling.py",
        "    return undecided(payment.refused)",
        "    return False",
    ),
    Bug(
        "a settlement waits for what was refused",
        f"{_OMS}/payments/application/settling.py",
        "    decided = payment.captured + payment.refused_total",
        "    decided = payment.captured",
    ),
    Bug(
        "a late fence lowers a later one",
        f"{_OMS}/inventory/adapters/moves.py",
        'condition="attribute_not_exists(pk) OR #turn < :turn",',
        'condition="attribute_not_exists(pk) OR #turn < :turn OR #turn > :turn",',
    ),
    Bug(
        "a shipment reads what it has moved before it reads what is held",
        f"{_OMS}/inventory/application/shipping.py",
        "    held = reservations.of_order(order_id)\n"
        "    steps = shipments(held, without(leaving, reservations.shipped_by(order_id, shipment_id)))\n",
        "    moved = reservations.shipped_by(order_id, shipment_id)\n"
        "    steps = shipments(reservations.of_order(order_id), without(leaving, moved))\n",
    ),
    Bug(
        "a customer who confirms a payment that is taken back is forgotten",
        f"{_OMS}/payments/application/releasing.py",
        '    return waited and found.status != "ACTION_REQUIRED" and',
        '    return False and waited and found.status != "ACTION_REQUIRED" and',
    ),
    Bug(
        "an order that was settled may still be charged",
        f"{_OMS}/payments/application/authorizing.py",
        "    if payment.closed:",
        "    if False:",
    ),
    Bug(
        "a shipment report reads its work before the order",
        f"{_OMS}/orders/application/shipping.py",
        '        order = orders.load(order_of_fulfilment(fulfilment_order_id) or "")\n'
        "        work = orders.fulfilment_order(fulfilment_order_id)\n",
        "        work = orders.fulfilment_order(fulfilment_order_id)\n"
        '        order = orders.load(order_of_fulfilment(fulfilment_order_id) or "")\n',
    ),
    Bug(
        "an overtaken assessment may still release the order",
        f"{_OMS}/orders/application/release.py",
        '        if order.assessment > assessment:\n            return Outcome("OVERTAKEN")',
        '        if False:\n            return Outcome("OVERTAKEN")',
    ),
    Bug(
        "an overtaken assessment may still replace the hold",
        f"{_OMS}/payments/application/authorizing.py",
        "    if request.attempt < payment.attempt and not payment.closed:",
        "    if False:",
    ),
    Bug(
        "what a prepaid order did not cost is kept",
        f"{_OMS}/runtime/consuming/payments.py",
        "    elif isinstance(outcome, ShipmentPaid) and outcome.overpaid:",
        "    elif False:",
    ),
    Bug(
        "a settlement believes that a request which has not arrived never will",
        f"{_OMS}/partners/stripe/_gateway.py",
        "        if currency in _OTHER_UNITS:\n            return _refusals.nothing_held()\n        form",
        "        if order_id:\n            return _refusals.nothing_held()\n        form",
    ),
)


@dataclass(frozen=True, slots=True)
class Found:
    """The first seed that breaks a law with the bug planted; None where none did."""

    bug: Bug
    seed: int | None
    law: str
    seconds: float


def hunt(bug: Bug, seeds: int) -> Found:
    """Plant `bug` in a copy and play until a law breaks. Raises ValueError where its line is not there once."""
    with tempfile.TemporaryDirectory(prefix="holdfast-planted-") as folder:
        copy = Path(folder)
        for name in _NEEDED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, copy / name)
        _plant(bug, copy)
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "tests.simulation", "--seeds", str(seeds), "--first-broken"],
            cwd=copy,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(copy / "shared/python"), str(copy)])},
            capture_output=True,
            text=True,
            check=False,
        )
        took = time.perf_counter() - began
    hit = re.search(r"^broken: seed (\d+)\n +(.*)$", done.stdout, re.M)
    if hit:
        return Found(bug, int(hit[1]), hit[2], took)
    if done.returncode:
        return Found(bug, None, f"it did not run: {done.stderr[-300:]}", took)
    return Found(bug, None, "not found", took)


def _plant(bug: Bug, copy: Path) -> None:
    file = copy / bug.file
    text = file.read_text(encoding="utf-8")
    if text.count(bug.before) != 1:
        raise ValueError(f"{bug.name}: its line stands {text.count(bug.before)} times in {bug.file}")
    file.write_text(text.replace(bug.before, bug.after), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.simulation.planted", description=__doc__)
    parser.add_argument("--seeds", type=int, default=5_000)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    with interruptible():
        chosen = [bug for bug in BUGS if options.only in bug.name]
        shown = Console(stderr=True)
        planted = track(chosen, "Planting", console=shown, disable=not shown.is_terminal)
        caught = sum(_told(hunt(bug, options.seeds)) for bug in planted)
    sys.stdout.write(f"{caught} of {len(chosen)} planted bugs found, each within {options.seeds} seeds\n")
    sys.exit(0 if caught == len(chosen) else 1)


def _told(found: Found) -> bool:
    where = f"seed {found.seed}" if found.seed is not None else "MISSED"
    sys.stdout.write(f"{where:>10}  {found.bug.name:<62} {found.law[:90]}  ({found.seconds:.0f} s)\n")
    sys.stdout.flush()
    return found.seed is not None


if __name__ == "__main__":
    main()
