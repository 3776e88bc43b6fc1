"""Signed notes: short texts with an Ed25519 signature below, in the form that C2SP describes.

first line
more lines

— name of the key, and the signature in Base64
"""

import hashlib
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
KEY_ID = 4
WHOLE = re.compile(r"(?P<text>(?:.+\n)+)\n\u2014 (?P<name>\S+) (?P<signature>\S+)\n")

Keys = dict[str, bytes]
"""Public keys by name, as 32 bytes each."""


class NotSigned(Exception):
    """A note that none of the known keys signed, or that was altered since."""


def sign(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """The note with its signature. The text ends with a line break and has no empty line."""
    public = key.public_key().public_bytes_raw()
    signature = key_id(name, public) + key.sign(text.encode())
    return f"{text}\n\u2014 {name} {b64encode(signature).decode()}\n"


def opened(note: str, keys: Keys) -> str:
    """The note's text, if one of these keys signed it."""
    found = WHOLE.fullmatch(note)
    if found is None:
        raise NotSigned
    name, text = found["name"], found["text"]
    try:
        public = keys[name]
        signature = b64decode(found["signature"], validate=True)
        if signature[:KEY_ID] != key_id(name, public):
            raise NotSigned
        Ed25519PublicKey.from_public_bytes(public).verify(signature[KEY_ID:], text.encode())
    except (KeyError, ValueError, InvalidSignature):
        raise NotSigned from None
    if b64encode(signature).decode() != found["signature"]:
        raise NotSigned
    return text


def split(texts: str) -> Iterator[str]:
    """The notes of a file that holds one after another. What is between them is one as well."""
    rest = 0
    for found in WHOLE.finditer(texts):
        between = texts[rest : found.start()].strip("\n")
        if between:
            yield between
        yield found[0]
        rest = found.end()
    if texts[rest:].strip("\n"):
        yield texts[rest:].strip("\n")


def key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:KEY_ID]


def private_key(jwk: str) -> tuple[str, Ed25519PrivateKey]:
    """A key's name and the key, from the JSON in which settings keep it."""
    kept = json.loads(jwk)
    return kept["kid"], Ed25519PrivateKey.from_private_bytes(_bytes(kept["d"]))


def public_keys(jwks: str) -> Keys:
    return {kept["kid"]: _bytes(kept["x"]) for kept in json.loads(jwks)["keys"]}


def _bytes(text: str) -> bytes:
    return b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
