"""Signed notes: what is signed is read, and a note with one other letter is not."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.notes import NotSigned, opened, sign, split

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEYS = {"qse": KEY.public_key().public_bytes_raw()}
TEXT = "first line\nsecond line\n"


def test_a_signed_note_gives_its_text() -> None:
    assert opened(sign(TEXT, "qse", KEY), KEYS) == TEXT


def test_a_note_with_any_other_letter_is_refused() -> None:
    note = sign(TEXT, "qse", KEY)
    for at, letter in enumerate(note):
        other = "B" if letter != "B" else "C"
        with pytest.raises(NotSigned):
            opened(note[:at] + other + note[at + 1 :], KEYS)


def test_a_note_of_another_key_of_the_same_name_is_refused() -> None:
    stranger = Ed25519PrivateKey.generate()
    with pytest.raises(NotSigned):
        opened(sign(TEXT, "qse", stranger), KEYS)


def test_a_file_of_notes_falls_into_its_notes_and_what_is_none() -> None:
    one, other = sign(TEXT, "qse", KEY), sign("more\n", "qse", KEY)
    assert list(split(f"{one}\n{other}\n")) == [one, other]
    assert list(split(f"{one}\nscribbled\n{other}\ntorn")) == [one, "scribbled\n" + other, "torn"]
