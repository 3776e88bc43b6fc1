"""Load a real group: its sites and their emissions, from the French register (IREP).

It goes through the services' own API, as any program of a customer would. Ids are made from the
register's own, so a second import finds everything there and changes nothing.
"""

import csv
import hashlib
import re
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import httpx2 as httpx
from typing_extensions import override

from shared.settings import settings

IDENTITY, INDICATORS = "/api/v1/identity", "/api/v1/indicators"

NOX = "Oxydes d'azote (NOx - NO + NO2) (en eq. NO2)"
CO2 = "CO2 Total (CO2 d'origine biomasse et non biomasse)"
SHORT = {NOX: "NOX", CO2: "CO2_TOTAL"}
ENGLISH = {
    NOX: "Nitrogen oxides (NOx as NO2)",
    CO2: "Total CO2 (biomass and non-biomass)",
    "Air": "to air",
    "Eau (direct)": "to water (direct)",
    "Eau (indirect)": "to water (indirect)",
    "Sol": "to soil",
}
SOURCE = "IREP (Géorisques, ministère chargé de l'environnement), Licence Ouverte"
SOURCE_EN = "IREP (Géorisques, French ministry of the environment), Licence Ouverte"

LONGEST_CODE = 36
MARK = 4
ATTEMPTS = 100
PAUSE_S = 0.2

Row = dict[str, str]


class ImportRefused(Exception):
    """The platform did not take a row. Says which and why."""


@dataclass(frozen=True)
class Imported:
    """What is there now, whether this run or an earlier one brought it."""

    node_id: UUID
    sites: int
    indicators: int
    measurements: int


class _Patient(httpx.HTTPTransport):
    """Goes on when it may: a program shares its minute with nobody, but has no more than one."""

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        while (
            answer := super().handle_request(request)
        ).status_code == httpx.codes.TOO_MANY_REQUESTS:
            answer.close()
            time.sleep(int(answer.headers["Retry-After"]))
        return answer


def main(folder: str, siren: str, url: str | None, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    address = url or settings().base_url
    with httpx.Client(base_url=address, headers=headers, timeout=30, transport=_Patient()) as api:
        done = import_irep(api, Path(folder), siren)
    print(  # noqa: T201
        f"{done.sites} sites, {done.indicators} indicators and {done.measurements} measurements"
        f" are there, below {done.node_id}."
    )


def import_irep(
    api: httpx.Client,
    folder: Path,
    siren: str,
    *,
    wait: Callable[[], object] = lambda: time.sleep(PAUSE_S),
) -> Imported:
    """Open the group's sites, define what they emit, and report it in the register's units."""
    sites = [row for row in _rows(folder, "etablissements") if _siren(row) == siren]
    if not sites:
        raise ImportRefused(f"There is no establishment of SIREN {siren} in {folder}.")
    ids = {row["Identifiant"] for row in sites}
    emissions = [row for row in _rows(folder, "emissions") if row["Identifiant"] in ids]
    year = emissions[0]["Annee_Emission"] if emissions else ""
    top = _open_top(api, siren, f"{_name_of(folder, siren)} (IREP {year})")
    for site in sites:
        _open_site(api, top, site)
    codes = _define(api, emissions)
    for emission in emissions:
        _report(api, emission, wait)
    return Imported(top, len(sites), len(codes), len(emissions))


def site_id(identifier: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"irep:site:{identifier}")


def code_of(emission: Row) -> str:
    """Make an indicator's code from medium and pollutant; a mark tells long names apart."""
    pollutant = emission["Polluant"]
    words = f"{emission['Milieu']} {SHORT.get(pollutant, pollutant)}"
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    code = re.sub(r"[^A-Z0-9]+", "_", plain.upper()).strip("_")
    if len(code) <= LONGEST_CODE:
        return code
    mark = hashlib.sha256(words.encode()).hexdigest()[:MARK].upper()
    return f"{code[: LONGEST_CODE - MARK - 1].rstrip('_')}_{mark}"


def _rows(folder: Path, name: str) -> Iterator[Row]:
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _siren(site: Row) -> str:
    return site["Numero_SIRET"][:9]


def _name_of(folder: Path, siren: str) -> str:
    """Name the company, which the register does not: it holds many spellings of its sites."""
    names = {row["siren"]: row["name"] for row in _rows(folder, "companies")}
    return names.get(siren, f"SIREN {siren}")


def _open_top(api: httpx.Client, siren: str, name: str) -> UUID:
    """Open a division of the group there is; where there is none, the group itself."""
    id = uuid5(NAMESPACE_URL, f"irep:siren:{siren}")
    nodes = {node["id"]: node for node in _pages(api, f"{IDENTITY}/nodes")}
    if str(id) in nodes:
        return id
    group = next((id for id, node in nodes.items() if node["kind"] == "group"), None)
    kind = "division" if group else "group"
    body = {"id": str(id), "kind": kind, "parent_id": group, "name": name, "code": siren}
    _post(api, f"{IDENTITY}/nodes", body)
    return id


def _open_site(api: httpx.Client, top: UUID, site: Row) -> None:
    name, town = site["Nom_Etablissement"], site["Commune"]
    body = {
        "id": str(site_id(site["Identifiant"])),
        "kind": "site",
        "parent_id": str(top),
        "name": name if town in name.upper() else f"{name} ({town.title()})",
        "code": site["Identifiant"],
    }
    _post(api, f"{IDENTITY}/nodes", body)


def _define(api: httpx.Client, emissions: list[Row]) -> set[str]:
    """Define what is not defined yet: one indicator per pollutant and medium, in kg a year."""
    there = {definition["code"] for definition in _pages(api, f"{INDICATORS}/definitions")}
    wanted = {code_of(emission): emission for emission in emissions}
    for code in sorted(wanted.keys() - there):
        pollutant, medium = wanted[code]["Polluant"], wanted[code]["Milieu"]
        body = {
            "code": code,
            "name_fr": f"{pollutant} : {medium}",
            "name_en": f"{ENGLISH.get(pollutant, pollutant)} {ENGLISH.get(medium, medium)}",
            "purpose_fr": SOURCE,
            "purpose_en": SOURCE_EN,
            "unit": "kg",
            "direction": "LOW",
            "aggregation": "SUM",
            "frequency": "year",
        }
        _post(api, f"{INDICATORS}/definitions", body)
    return set(wanted)


def _report(api: httpx.Client, emission: Row, wait: Callable[[], object]) -> None:
    """Report an emission as it was declared. The service converts, and knows the site soon."""
    site, year = emission["Identifiant"], emission["Annee_Emission"]
    key = f"irep:{site}:{year}:{emission['Milieu']}:{emission['Polluant']}"
    body = {
        "id": str(uuid5(NAMESPACE_URL, key)),
        "code": code_of(emission),
        "site_id": str(site_id(site)),
        "period": f"{year}-01-01",
        "numerator": emission["quantite"],
        "unit": emission["unite"].removesuffix("/an"),
        "comment": f"{SOURCE} : {emission['quantite']} {emission['unite']}",
    }
    for _ in range(ATTEMPTS):
        answer = api.post(f"{INDICATORS}/measurements", json=body)
        if answer.status_code != httpx.codes.NOT_FOUND:
            break
        wait()
    _require(answer, body)


def _post(api: httpx.Client, path: str, body: dict[str, Any]) -> None:
    _require(api.post(path, json=body), body)


def _require(answer: httpx.Response, body: dict[str, Any]) -> None:
    if not answer.is_success:
        raise ImportRefused(f"{body.get('code')} was refused: {answer.status_code} {answer.text}")


def _pages(api: httpx.Client, path: str) -> Iterator[dict[str, Any]]:
    query: dict[str, Any] = {"limit": 200}
    while True:
        answer = api.get(path, params=query)
        _require(answer, {"code": path})
        page = answer.json()
        yield from page["items"]
        if page["next"] is None:
            return
        query["after"] = page["next"]
