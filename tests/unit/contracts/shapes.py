"""What a type looks like as JSON, to hold dataclasses and pydantic models together."""

import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

ANY = "anything"


def shape(annotation: Any) -> Any:
    """The JSON shape: a name for a scalar, ("list", item), ("row", items…), or a dict of fields."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return shape(arguments[0])
    if origin is Literal:
        return shape(type(arguments[0]))
    if origin in (Union, types.UnionType):
        return frozenset(map(str, map(shape, arguments)))
    if origin is list or (origin is tuple and arguments[1:] == (...,)):
        return ("list", shape(arguments[0]))
    if origin is tuple:
        return ("row", *map(shape, arguments))
    if origin is dict:
        return {}
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return fields(annotation)
    return ANY if annotation is object else annotation.__name__


def example(annotation: Any) -> Any:
    """A value of the type, as plain as can be."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        given = [one.examples[0] for one in arguments[1:] if getattr(one, "examples", None)]
        return given[0] if given else example(arguments[0])
    if origin is Literal:
        return arguments[0]
    if origin in (list, tuple):
        return [example(one) for one in arguments]
    if issubclass(annotation, BaseModel):
        return {
            name: example(hint)
            for name, hint in get_type_hints(annotation, include_extras=True).items()
            if name in annotation.model_fields
        }
    return {int: 1, bool: True, str: "text"}[annotation]


def fields(owner: type) -> dict[str, Any]:
    """Field names in their order, with the shape of each."""
    hints = get_type_hints(owner, include_extras=True)
    names = owner.model_fields if issubclass(owner, BaseModel) else owner.__dataclass_fields__  # type: ignore[attr-defined]
    return {name: shape(hints[name]) for name in names}


def agrees(stated: Any, published: Any) -> bool:
    """Whether what is published is what is stated. A contract may say more than the code: rows, records."""
    if stated in (published, ANY):
        return True
    if stated == {} and isinstance(published, dict):
        return True
    if not (isinstance(stated, tuple) and isinstance(published, tuple)):
        return False
    if stated[0] == "list" and published[0] == "row":
        return all(agrees(stated[1], item) for item in published[1:])
    return (
        stated[0] == published[0]
        and len(stated) == len(published)
        and all(agrees(one, other) for one, other in zip(stated[1:], published[1:], strict=True))
    )
