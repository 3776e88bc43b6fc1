"""Whose rows of identity PostgreSQL shows to whom, as conditions in SQL.

They are the second lock: each query has its own filter, and these hold where one is forgotten.
`qse.sites` are the places of the caller with all below, `qse.person` is the caller and
`qse.permission` what the work is for; `*` stands for everywhere, and for the platform itself.
"""

from typing import Any

EVERYWHERE = "current_setting('qse.sites', true) = '*'"
PLATFORM = "current_setting('qse.person', true) = '*'"
ME = "nullif(nullif(current_setting('qse.person', true), '*'), '')::uuid"
PLACES = "string_to_array(nullif(current_setting('qse.sites', true), '*'), ',')::uuid[]"
PLACES_SEEN = "(select identity.places_seen())::uuid[]"
HOLD_HERE = f'select person_id from identity."grant" where node_id = any({PLACES})'  # noqa: S608
LET_IN_BY_ME = f"select id from identity.person where added_by = {ME}"  # noqa: S608
HELPING = "current_setting('qse.permission', true) in ('identity:admin', 'identity:protect')"


def rows(shown: str, written: str = "") -> dict[str, Any]:
    """What a table shows, and what may be written into it if that is less."""
    return {"info": {"shown": shown, "written": written or shown}}


NODES = rows(
    f"{EVERYWHERE} or id = any({PLACES_SEEN}) or parent_id = any({PLACES})",
    f"{EVERYWHERE} or id = any({PLACES}) or parent_id = any({PLACES})",
)
HELD = rows(
    f"{EVERYWHERE} or person_id = {ME} or node_id = any({PLACES_SEEN})",
    f"{EVERYWHERE} or node_id = any({PLACES})",
)
PROPOSED = rows(f"{EVERYWHERE} or node_id = any({PLACES})")
PEOPLE = rows(
    f"{EVERYWHERE} or id = {ME} or added_by = {ME}"  # noqa: S608
    ' or id in (select person_id from identity."grant")'
    " or id in (select person_id from identity.proposal)"
)
OWN = rows(f"{PLATFORM} or person_id = {ME}")
OWN_OR_HELPED = rows(
    f"{PLATFORM} or person_id = {ME} or ({HELPING} and ({EVERYWHERE}"
    f" or person_id in ({HOLD_HERE}) or person_id in ({LET_IN_BY_ME})))"
)
FILES = rows(f"{PLATFORM} or proof_id in (select id from identity.proof)")  # noqa: S608
NOBODYS = rows(PLATFORM)
