"""A list as a workbook: the rows and columns that its page shows, all of them, or nothing."""

import asyncio
from collections.abc import Mapping
from itertools import chain, repeat
from typing import Any, Final
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel

from portal import formats
from portal.i18n import N_, catalogue
from portal.lists import Column, Listing, people_in
from portal.render import SOMEBODY, page
from portal.session import MOST_NAMES, Visit
from portal.words import word
from services.identity.admin_schemas import FileFormat
from services.identity.record_schemas import RecordOut
from shared.schemas import LARGEST_PAGE, Asked, ColumnIn, ExportIn
from shared.schemas import ColumnKind as Kind
from shared.settings import settings
from shared.tabular import CSV, XLSX, Cell, Sheet, to_csv, to_xlsx

MOST_ROWS: Final = 10_000
"""What a page waits for. More than that is made into a file by and by."""
FILTER: Final = "filter."
ABOUT: Final = N_("À propos")
CHECKPOINT: Final = N_("Point de contrôle, à garder")


async def workbook(
    visit: Visit, listing: Listing[Any], wanted: Mapping[str, object], format: FileFormat
) -> Response:
    """Everything that the list holds as it is filtered, in the order and columns of its page."""
    rows = await _all_rows(visit, listing, wanted)
    if rows is None:
        return await _offer(visit, listing, wanted, format)
    columns = listing.columns_of(visit)
    known = await _known(visit, columns, rows)
    said = catalogue(visit.language).gettext
    cells = [[_cell(getattr(row, c.name), c.kind, known, said) for c in columns] for row in rows]
    sheet = Sheet(said(listing.title), [said(column.title) for column in columns], cells)
    return await as_file(visit, listing.name, sheet, format)


async def as_file(visit: Visit, name: str, sheet: Sheet, format: FileFormat) -> Response:
    """What the page at `/name` shows, as text or as a workbook that says where it comes from."""
    if format is FileFormat.CSV:
        content = await asyncio.to_thread(to_csv, sheet)
    else:
        count = len(list(sheet.rows))
        told = await _about(visit, name, sheet.name)
        about = [(title, count if value is None else value) for title, value in told]
        last = Sheet(catalogue(visit.language).gettext(ABOUT), ["", ""], about)
        content = await asyncio.to_thread(to_xlsx, sheet, last)
    return download(content, f"{name}-{formats.today()}", format)


def download(content: bytes, name: str, format: FileFormat) -> Response:
    kind = CSV if format is FileFormat.CSV else XLSX
    attached = f'attachment; filename="{name}.{format.value}"'
    return Response(content, media_type=kind, headers={"Content-Disposition": attached})


async def _all_rows(
    visit: Visit, listing: Listing[Any], wanted: Mapping[str, object]
) -> list[BaseModel] | None:
    """The rows, or nothing if they are more than a page can wait for."""
    rows: list[BaseModel] = []
    after: str | None = ""
    while after is not None:
        found = await listing.page(visit, wanted, after=after, limit=LARGEST_PAGE)
        rows += found.items
        after = found.next
        if after is not None and len(rows) >= MOST_ROWS:
            return None
    return rows


async def _offer(
    visit: Visit, listing: Listing[Any], wanted: Mapping[str, object], format: FileFormat
) -> Response:
    """A page that offers to have the file made meanwhile, with what it takes to ask for it."""
    asked = {"place": visit.place, **wanted}
    filters = {name: value for name, value in asked.items() if value not in (None, "")}
    context = {"listing": listing, "format": format.value, "filters": filters, "most": MOST_ROWS}
    return await page(visit, "jobs/offer.html", context | {"address": visit.request.url.query})


async def ask_for_export(visit: Visit, listing: Listing[Any]) -> None:
    """Have the service that owns the rows make the file, as this reader sees the list."""
    said = catalogue(visit.language).gettext
    typed = {name: str(value) for name, value in visit.form.items()}
    filters = {n.removeprefix(FILTER): v for n, v in typed.items() if n.startswith(FILTER)}
    data = ExportIn(
        list=listing.name,
        title=said(listing.title),
        format="csv" if typed.get("format") == "csv" else "xlsx",
        filters=filters,
        sort=listing.sort_of(visit),
        columns=[_told(listing, column, said) for column in listing.columns_of(visit)],
        somebody=said(SOMEBODY),
        about_title=said(ABOUT),
        about=tuple(await _about(visit, listing.name, said(listing.title))),
    )
    await visit.api.post(f"/{listing.service}/exports", Asked, data)


def _told(listing: Listing[Any], column: Column, said: Any) -> ColumnIn:  # noqa: ANN401
    words = {}
    if column.kind is Kind.WORD:
        words = {one.value: said(word(one).text) for one in listing.values_of(column)}
    return ColumnIn(name=column.name, title=said(column.title), kind=column.kind, words=words)


async def _known(
    visit: Visit, columns: tuple[Column, ...], rows: list[BaseModel]
) -> dict[UUID, str]:
    """Names of the places and people that the rows speak of, as far as the reader may know them."""
    people = sorted(id for id in people_in(columns, rows) if id is not None)
    parts = (people[n : n + MOST_NAMES] for n in range(0, len(people), MOST_NAMES))
    known = {place.id: place.name for place in await visit.places()}
    for names in await asyncio.gather(*(visit.names(part) for part in parts)):
        known |= names
    return known


def _cell(value: Any, kind: Kind, known: Mapping[UUID, str], said: Any) -> Cell:  # noqa: ANN401
    if value is None or value == "":
        return None
    match kind:
        case Kind.WORD:
            return str(said(word(value).text))
        case Kind.SITE:
            ids = value if isinstance(value, list) else [value]
            return " ; ".join(known[id] for id in ids if id in known) or None
        case Kind.PERSON:
            return known.get(value) or str(said(SOMEBODY))
        case Kind.DAY | Kind.NUMBER:
            return value  # type: ignore[no-any-return]
        case Kind.TEXT:
            return " ; ".join(value) if isinstance(value, list) else str(value)


async def _about(visit: Visit, name: str, title: str) -> list[tuple[str, str | None]]:
    """Where the rows come from, for whoever opens the file later; with the newest checkpoint.

    How many they are is said when they are counted.
    """
    said = catalogue(visit.language).gettext
    address = f"/{name}?{visit.request.url.query}".rstrip("?")
    titles = chain([said(CHECKPOINT)], repeat(""))
    return [
        (said(N_("Liste")), title),
        (said(N_("Adresse")), settings().base_url.rstrip("/") + address),
        (said(N_("Lignes")), None),
        (said(N_("Exporté le")), formats.moment(formats.now(), visit.language, exact=True)),
        (said(N_("Par")), visit.actor.name),
        *zip(titles, await _note(visit), strict=False),
    ]


async def _note(visit: Visit) -> list[str]:
    """The newest checkpoint: whoever keeps the file keeps a copy that nobody alters."""
    if not visit.may("identity:verify"):
        return []
    newest = (await visit.api.get("/identity/record", RecordOut)).newest
    return newest.note.splitlines() if newest is not None else []
