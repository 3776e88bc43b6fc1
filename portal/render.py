"""Turns answers into pages: the frame around them, the language, and what templates may call."""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol
from uuid import UUID

import segno
from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context

from portal import formats
from portal.api import Api, Refused
from portal.assets import asset
from portal.causes import bones_of, tree_of
from portal.forms import Wrong
from portal.guard import form_token
from portal.i18n import ENGLISH, N_, catalogue
from portal.places import Place, around
from portal.refusals import sentence
from portal.session import FLASH, Visit, address
from portal.stories import Figure, IndicatorRef, PersonRef, Telling
from portal.words import DONE, JOBS, WORDS, Word, word
from services.identity.schemas import Role
from services.indicators.definition_schemas import ComponentOut
from services.notifications.schemas import Count
from shared.settings import settings

TEMPLATES: Final = Path(__file__).parent / "templates"
SOMEBODY: Final = N_("Quelqu'un d'un autre site")
THEME: Final = "qse-theme"
THEMES: Final = ("auto", "light", "dark")


@cache
def environment(language: str) -> Environment:
    """Templates in a language. A name that a template misspells is an error, not a blank."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_translations(catalogue(language), newstyle=True)  # type: ignore[attr-defined]
    env.globals |= {
        "asset": asset,
        "link": link,
        "language": language,
        "today": formats.today,
        "but": but,
    }
    env.filters |= _spoken(language) | _moments(language) | FILTERS
    return env


def _spoken(language: str) -> dict[str, Any]:
    """What a template needs to say a word or a number in its language."""
    said = catalogue(language).gettext

    def wrong(error: Wrong) -> str:
        return said(error.sentence) % error.gaps

    def in_words(value: StrEnum | Word) -> str:
        return said(value.text if isinstance(value, Word) else word(value).text)

    return {
        "wrong": wrong,
        "words": in_words,
        "number": lambda value, decimals=2: formats.number(value, language, decimals),
        "money": lambda value: formats.money(value, settings().currency, language),
        "with_unit": lambda value, unit: formats.with_unit(value, unit, language),
        "symbol": lambda unit: formats.symbol(unit, language),
        "refusal": lambda value: sentence(value, language),
        "role": lambda name: said(word(Role(name)).text),
        "job": lambda kind: said(JOBS.get(kind, kind)),
        "by_language": lambda row, name: getattr(row, f"{name}_{language}"),
    }


def _moments(language: str) -> dict[str, Any]:
    """The same for days and moments."""
    return {
        "day": lambda value: formats.day(value, language),
        "long_day": lambda value: formats.long_day(value, language),
        "month": lambda value: formats.month(value, language),
        "weekday": lambda value: formats.weekday(value, language),
        "month_name": lambda value: formats.month_name(value, language),
        "short_month": lambda value: formats.short_month(value, language),
        "moment": lambda value: formats.moment(value, language),
        "exact": lambda value: formats.moment(value, language, exact=True),
        "ago": lambda value: formats.ago(value, language),
        "in_days": lambda value: formats.in_days(value, language),
        "delay": lambda value: formats.delay(value, language),
    }


class Named(Protocol):
    """Something that is called something in each language."""

    name_fr: str
    name_en: str


def name_of(named: Named, visit: Visit) -> str:
    return named.name_en if visit.language == ENGLISH else named.name_fr


@pass_context
def link(context: Context, path: str, /, **query: object) -> str:
    """An address in the portal, at the place that the reader looks at or another."""
    place = query.pop("place", context["place"])
    return address(path, place, **query)


def but(chosen: Mapping[str, object], **changed: object) -> dict[str, object]:
    """The filters of a list, with one of them changed."""
    return dict(chosen) | changed


@pass_context
def person(context: Context, id: UUID | None) -> str:
    """A person's name, if the reader may know it."""
    if id is None:
        return "—"
    names: Mapping[UUID, str] = context["names"]
    return names.get(id) or catalogue(context["language"]).gettext(SOMEBODY)


@pass_context
def site(context: Context, id: UUID | list[UUID] | None) -> str:
    """The name of a place, or of several, as far as the reader may know them."""
    places: list[Place] = context["places"]
    ids = id if isinstance(id, list) else [id]
    return " ; ".join(place.name for place in places if place.id in ids) or "—"


@pass_context
def told(context: Context, telling: Telling) -> str:
    """Say what happened: the sentence of the event, each gap filled as its kind is said."""
    gaps = {name: _gap(context, fact) for name, fact in telling.facts.items()}
    return catalogue(context["language"]).gettext(telling.sentence) % gaps


def _gap(context: Context, fact: object) -> str:
    language: str = context["language"]
    match fact:
        case Word(text=text):
            return catalogue(language).gettext(text)
        case date():
            return formats.day(fact, language)
        case PersonRef(id=id):
            return person(context, id)
        case Figure(value=value, unit=unit):
            return "—" if value is None else formats.with_unit(value, unit, language)
        case IndicatorRef(code=code, definition=definition):
            return getattr(definition, f"name_{language}") if definition else code
        case _:
            return str(fact)


def qr(text: str) -> str:
    """A picture that a camera reads, within the page: no other request holds the text."""
    return segno.make(text, error="m").svg_data_uri(scale=4, border=2, light="white")


@pass_context
def as_read(context: Context, value: object) -> str:
    """A value of an object as its pages would show it, whatever it is."""
    if value in (None, "", []):
        return "—"
    if isinstance(value, list):
        return " ; ".join(as_read(context, each) for each in value)
    if isinstance(value, dict):
        return " ; ".join(f"{name} {as_read(context, part)}" for name, part in value.items())
    if isinstance(value, ComponentOut):
        return str(getattr(value, f"name_{context['language']}"))
    return person(context, value) if isinstance(value, UUID) else _said(value, context["language"])


def _said(value: object, language: str) -> str:
    said = catalogue(language).gettext
    match value:
        case bool():
            return said(N_("oui") if value else N_("non"))
        case StrEnum():
            return said(word(value).text) if type(value) in WORDS else value.value
        case datetime():
            return formats.moment(value, language)
        case date():
            return formats.day(value, language)
        case Decimal() | int() | float():
            return formats.number(Decimal(str(value)), language, decimals=8)
        case _:
            return str(value)


def is_past(value: date | datetime) -> bool:
    day = value.date() if isinstance(value, datetime) else value
    return day < formats.today()


FILTERS: Final = {
    "word": word,
    "device": formats.device,
    "qr": qr,
    "fours": lambda key: " ".join(key[n : n + 4] for n in range(0, len(key), 4)),
    "person": person,
    "site": site,
    "around": around,
    "is_past": is_past,
    "is_over": lambda moment: moment <= formats.now(),
    "told": told,
    "as_read": as_read,
    "tree_of_whys": tree_of,
    "bones_of": bones_of,
}
"""What a template needs in every language."""

Shown = Mapping[str, object]
"""What a template shows, by the names it uses."""


async def page(visit: Visit, template: str, context: Shown, status: int = 200) -> Response:
    """Render a page in its frame: places, unread messages, language and theme."""
    places, unread = await asyncio.gather(visit.places(), _unread(visit.api))
    done = DONE.get(visit.request.cookies.get(FLASH, ""), "")
    frame = {"places": places, "unread": unread, "done": done, "names": {}}
    response = fragment(visit, template, {**frame, **context})
    response.status_code = status
    if done:
        response.delete_cookie(FLASH, httponly=True, samesite="lax")
    return response


def fragment(visit: Visit, template: str, context: Shown) -> Response:
    """Render a piece of a page, for htmx to put in its place."""
    known = {"visit": visit, "place": visit.place, "csrf": form_token(visit.session)}
    return _render(visit.request, template, visit.language, {**known, **context})


async def act(visit: Visit, template: str, context: Shown, **about: object) -> Response:
    """Render what can be done with one thing, for the dialog of a page that lists it.

    `about` it: its `title`, what `kind` of thing it is, its `site_id`, the `path` of its own page.
    """
    frame = {"places": await visit.places(), "names": {}, "template": template}
    return fragment(visit, "act.html", {**frame, **context, **about})


def outside(request: Request, template: str, language: str, context: Shown) -> Response:
    """Render a page for somebody who is not signed in."""
    return _render(request, template, language, {"visit": None, "place": None, **context})


def _render(request: Request, template: str, language: str, context: Shown) -> Response:
    theme = request.cookies.get(THEME, "auto")
    about = {
        "theme": theme if theme in THEMES else "auto",
        "here": request.url.path,
        "query": dict(request.query_params),
        "with_mails": settings().mail_sink_url is not None,
        "developed": settings().env != "production",
    }
    shown = environment(language).get_template(template).render({**about, **context})
    return HTMLResponse(shown)


async def _unread(api: Api) -> int:
    """The count is an ornament: a page is not refused because the inbox does not answer."""
    try:
        return (await api.get("/notifications/inbox/count", Count)).unread
    except Refused:
        return 0
