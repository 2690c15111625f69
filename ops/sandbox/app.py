"""The three partners and the control desk as one ASGI application."""

from dataclasses import asdict
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ops.sandbox.accertify import Accertify
from ops.sandbox.avalara import Avalara
from ops.sandbox.faults import Fault, FaultyApp
from ops.sandbox.replies import Call, Reply
from ops.sandbox.store import Row, Store
from ops.sandbox.stripe import Stripe, order_behind


class Partner(Protocol):
    """What each partner offers: an answer per call, and the record of its effects."""

    def answer(self, call: Call) -> Reply: ...

    def effects(self) -> list[Row]: ...


def sandbox(store: Store) -> FaultyApp:
    """The application over `store`. Handlers run on one event loop and never wait, so calls never interleave."""
    stripe = Stripe(store)
    partners: dict[str, Partner] = {
        "stripe": stripe,
        "avalara": Avalara(store),
        "accertify": Accertify(store),
    }
    routes = [_partner_route(name, partner, store) for name, partner in partners.items()]
    desk = _Desk(store, partners, stripe)
    app = Starlette(routes=[*routes, *desk.routes()])
    desk.faulty = FaultyApp(app, order_behind=lambda text: order_behind(store, text))
    return desk.faulty


def _partner_route(name: str, partner: Partner, store: Store) -> Route:
    async def serve(request: Request) -> Response:
        call = Call(
            method=request.method,
            path=request.url.path.removeprefix(f"/{name}"),
            headers={key.lower(): value for key, value in request.headers.items()},
            query=request.url.query,
            body=await request.body(),
        )
        reply = partner.answer(call)
        store.commit()
        if isinstance(reply.body, bytes):
            return Response(reply.body, reply.status, reply.headers, media_type="text/xml")
        return JSONResponse(reply.body, reply.status, reply.headers)

    return Route(f"/{name}{{path:path}}", serve, methods=["GET", "POST"])


class _Desk:
    """The control end-points under /_sandbox."""

    faulty: FaultyApp

    def __init__(self, store: Store, partners: dict[str, Partner], stripe: Stripe) -> None:
        self._store = store
        self._partners = partners
        self._stripe = stripe

    def routes(self) -> list[Route]:
        return [
            Route("/_sandbox/health", self.health),
            Route("/_sandbox/effects", self.effects),
            Route("/_sandbox/faults", self.faults, methods=["GET", "POST", "DELETE"]),
            Route("/_sandbox/struck", self.struck),
            Route("/_sandbox/authentications", self.authentications, methods=["POST"]),
            Route("/_sandbox/reset", self.reset, methods=["POST"]),
        ]

    async def health(self, _: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def effects(self, _: Request) -> Response:
        return JSONResponse({name: partner.effects() for name, partner in self._partners.items()})

    async def faults(self, request: Request) -> Response:
        if request.method == "DELETE":
            healed = request.query_params.get("match")
            self.faulty.faults = [fault for fault in self.faulty.faults if healed not in (None, fault.match)]
        if request.method == "POST":
            try:
                self.faulty.faults += [Fault(**row) for row in await request.json()]
            except (TypeError, ValueError) as error:
                return JSONResponse({"error": str(error)}, 400)
        return JSONResponse([_row(fault) for fault in self.faulty.faults])

    async def struck(self, request: Request) -> Response:
        wanted = request.query_params.get("match")
        rows = [asdict(one) for one in self.faulty.struck if wanted in (None, one.match)]
        return JSONResponse(rows)

    async def authentications(self, request: Request) -> Response:
        acted = await request.json()
        try:
            self._stripe.authenticate(str(acted["payment_intent"]), passed=bool(acted["passed"]))
        except KeyError as error:
            return JSONResponse({"error": f"missing or not waiting: {error}"}, 400)
        self._store.commit()
        return JSONResponse({"status": "ok"})

    async def reset(self, _: Request) -> Response:
        self._store.reset()
        self.faulty.faults.clear()
        self.faulty.struck.clear()
        return JSONResponse({"status": "ok"})


def _row(fault: Fault) -> dict[str, Any]:
    return {name: getattr(fault, name) for name in ("partner", "method", "path", "fault", "times", "match")}
