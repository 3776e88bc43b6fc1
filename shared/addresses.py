"""Where a request comes from, as far as that can be believed."""

import hashlib
import hmac
import secrets
from functools import cache
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import Request

from shared.settings import settings

CLIENT, PROOF = "X-Client-Address", "X-Client-Proof"
PREFIXES = {4: 24, 6: 64}


def client_address(request: Request) -> str:
    """The address that the outermost trusted proxy saw, or that the portal proves to pass on."""
    passed = request.headers.get(CLIENT, "")
    if passed and hmac.compare_digest(request.headers.get(PROOF, "").encode(), _proof(passed)):
        return passed
    seen = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    proxies = settings().trusted_proxies
    if 0 < proxies <= len(seen):
        return seen[-proxies].strip()
    return request.client.host if request.client else ""


def passed_on(request: Request) -> dict[str, str]:
    """The headers with which the portal tells a service for whom it asks."""
    address = client_address(request)
    return {CLIENT: address, PROOF: _proof(address).decode()}


def network_of(address: str) -> str:
    """The /24 or /64 around an address: one line, one household, one firm. Blank if unknown."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ip_network(f"{found}/{PREFIXES[found.version]}", strict=False))


def _proof(address: str) -> bytes:
    return hmac.new(_key(), address.encode(), hashlib.sha256).hexdigest().encode()


@cache
def _key() -> bytes:
    """Shared by the portal and identity; within one process nobody needs to be told."""
    key = settings().portal_key
    return key.get_secret_value().encode() if key else secrets.token_bytes(32)
