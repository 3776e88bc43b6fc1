"""A word that stands in every text of one site and nowhere else: who reads it read too much."""

from sqlalchemy import Connection, Enum, String, Table, case, cast, create_engine, text, update
from sqlalchemy.dialects.postgresql import JSONB

from runtime.services import SERVICES
from shared.settings import settings
from tests.world import WORLD

CANARY = "CANARI7f3a"

MEANT_FOR_PROGRAMS = {
    "action",
    "code",
    "grade",
    "indicator_code",
    "meaning",
    "media_type",
    "number",
    "object_type",
    "record_type",
    "sha256",
    "topic",
}
"""Texts that programs write and compare: a word more in them would break them."""
WRITTEN_IN_THE_END = {"dropped_for"}
"""Empty for as long as a row stands: a word there would take it away."""


def sing() -> None:
    """Put the word into all texts of Lyon, in every service, as nobody but a superuser could."""
    engine = create_engine(settings().owner_url_of("audit"))
    with engine.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        for service in SERVICES.values():
            for table in service.metadata.sorted_tables:
                if "site_id" in table.c:
                    _into(connection, table)
            _into_names(connection, service.name)
    engine.dispose()


def _into(connection: Connection, table: Table) -> None:
    own = (c for c in table.c if c.computed is None and _is_prose(c.type))
    texts = [c.name for c in own if c.name not in MEANT_FOR_PROGRAMS]
    changes: dict[str, object] = {name: table.c[name] + f" {CANARY}" for name in texts}
    for name in WRITTEN_IN_THE_END & changes.keys():
        changes[name] = case((table.c[name] != "", changes[name]), else_="")
    for name in ("payload", "diff"):
        if name in table.c:
            sung = cast({"canary": CANARY}, JSONB)
            changes[name] = cast(table.c[name], JSONB).op("||")(sung)
    if changes:
        connection.execute(update(table).where(table.c.site_id == WORLD.lyon).values(changes))


def _is_prose(kind: object) -> bool:
    return isinstance(kind, String) and not isinstance(kind, Enum)


def _into_names(connection: Connection, service: str) -> None:
    """The site's own name, and of those who are nowhere but there."""
    known = service != "identity"
    people = [person.id for person, place in WORLD.people if place == WORLD.lyon]
    for table, ids in (("node", [WORLD.lyon]), ("person", people)):
        where = f"{service}.{'known_' if known else ''}{table}"
        statement = text(f"update {where} set name = name || :word where id = any(:ids)")  # noqa: S608  our own names
        connection.execute(statement, {"word": f" {CANARY}", "ids": ids})
    if service == "notifications":
        told = text("update notifications.notification set site_name = :word where place_id = :id")
        connection.execute(told, {"word": CANARY, "id": WORLD.lyon})
