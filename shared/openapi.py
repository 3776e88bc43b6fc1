"""What every service's OpenAPI document says beyond its routes: how any of them may refuse."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from typing_extensions import override

from shared.errors import PROBLEM_JSON, Problem

ANY_MAY = (400, 404, 405, 409, 413, 422, 429, 503)
GUARDED_MAY = (401, 403)


def files(*media_types: str) -> dict[int | str, dict[str, Any]]:
    """What a route that answers with a file declares: `responses=files(XLSX)`."""
    schema = {"schema": {"type": "string", "format": "binary"}}
    return {200: {"content": dict.fromkeys(media_types, schema)}}


class Api(FastAPI):
    """An application whose document names all its refusals, each a problem of one shape."""

    @override
    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            document = super().openapi()
            _declare_refusals(document)
            self.openapi_schema = document
        return self.openapi_schema


def _declare_refusals(document: dict[str, Any]) -> None:
    parts = document.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    for replaced in ("HTTPValidationError", "ValidationError"):
        schemas.pop(replaced, None)
    schemas["Problem"] = Problem.model_json_schema()
    statuses = sorted((*ANY_MAY, *GUARDED_MAY))
    parts["responses"] = {str(status): _refusal(status) for status in statuses}
    named = {str(status): {"$ref": f"#/components/responses/{status}"} for status in statuses}
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["responses"] |= named


def _refusal(status: int) -> dict[str, Any]:
    content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": HTTPStatus(status).phrase, "content": content}
