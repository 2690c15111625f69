"""oms locations …: where stock stands."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import typer
from oms.contracts.requests import Code, Country, Name, Optional
from oms.inventory.application.locating import locations, register_location
from oms.inventory.domain.location import Location
from pydantic import TypeAdapter, ValidationError
from rich.text import Text

from ops.cli.rendering.locations import locations_page
from ops.cli.session import ActorOption, JsonFlag, Told, session

_FORMS: Final[dict[str, Any]] = {
    "code": Code,
    "name": Name,
    "line1": Name,
    "line2": Optional,
    "city": Name,
    "region": Optional,
    "postal_code": Optional,
    "country": Country,
}
"""As the API wants them of everybody else."""

app = typer.Typer(help="Where stock stands and ships from.", no_args_is_help=True)


@app.command("list")
def list_locations(ctx: typer.Context, as_json: JsonFlag = False) -> None:
    """List every location."""
    here = session(ctx)
    rows = [asdict(one) for one in locations(here.stack().locations)]
    here.screen(as_json).emit({"locations": rows}, locations_page(rows))


@app.command("put")
def put_location(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(help="Its natural key, e.g. LON; it never changes its meaning.")],
    name: Annotated[str, typer.Option(help="What people call it.")],
    line1: Annotated[str, typer.Option(help="Street and number.")],
    city: Annotated[str, typer.Option(help="City.")],
    country: Annotated[str, typer.Option(help="Two letters, ISO 3166-1.")],
    actor: ActorOption = None,
    postal_code: Annotated[str, typer.Option(help="Postal code.")] = "",
    region: Annotated[str, typer.Option(help="State or province.")] = "",
    line2: Annotated[str, typer.Option(help="More of the address.")] = "",
    latitude: Annotated[float | None, typer.Option(min=-90, max=90, help="Degrees, WGS 84.")] = None,
    longitude: Annotated[float | None, typer.Option(min=-180, max=180, help="Degrees, WGS 84.")] = None,
    priority: Annotated[int, typer.Option(min=0, help="Among equals the lower number ships first.")] = 100,
    as_json: JsonFlag = False,
) -> None:
    """Register a location, or describe it anew as a whole."""
    here = session(ctx)
    texts = {
        "code": code, "name": name, "line1": line1, "line2": line2, "city": city,
        "region": region, "postal_code": postal_code, "country": country,
    }  # fmt: skip
    location = _location(texts, latitude=latitude, longitude=longitude, priority=priority)
    stack = here.stack()
    changed = register_location(
        stack.locations, location, now=datetime.now(UTC), actor=here.actor(stack, actor)
    )
    said = f"{code} is registered" if changed else f"{code} was registered like this already"
    here.screen(as_json).emit({"location": asdict(location), "changed": changed}, Text(said))


def _location(texts: dict[str, Any], **numbers: Any) -> Location:
    """Raises Told, naming what is wrong."""
    for name, text in texts.items():
        try:
            TypeAdapter(_FORMS[name]).validate_python(text)
        except ValidationError as error:
            raise Told(f"{name} {text!r}: {error.errors()[0]['msg']}") from error
    try:
        return Location(**(texts | numbers))
    except ValueError as error:
        raise Told(str(error)) from error
