"""The e-mails that the platform sent on this machine. Only where they go to its own sink."""

from datetime import datetime
from http import HTTPStatus

import httpx2 as httpx
from fastapi import APIRouter, Response
from pydantic import BaseModel, TypeAdapter

from portal.api import Refused
from portal.render import page
from portal.session import Visitor
from shared.settings import settings

router = APIRouter()


class Mail(BaseModel):
    to: list[str]
    subject: str
    text: str | None
    date: datetime


@router.get("/mails")
async def mails(visit: Visitor) -> Response:
    sink = settings().mail_sink_url
    if sink is None:
        raise Refused(HTTPStatus.NOT_FOUND, "not_found", "There is no mail sink here.", {})
    try:
        async with httpx.AsyncClient(base_url=sink, timeout=5) as client:
            answer = await client.get("/mails", params={"limit": 50})
    except httpx.HTTPError:
        raise Refused(503, "unavailable", "The mail sink does not answer.", {}) from None
    found = TypeAdapter(list[Mail]).validate_json(answer.content)
    return await page(visit, "mails.html", {"mails": found})
