"""E10: a proof is checked with Python alone, and tells nothing of another site."""

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from runtime.record.prove import prove_site
from runtime.record.verify_proof import Wrong, check, ed25519_fits, members
from tests.promises import Promise
from tests.record.filling import LILLE
from tests.world import WORLD

REFUSALS = (Wrong, KeyError, ValueError, TypeError, AttributeError, IndexError, EOFError)


@pytest.fixture
def proof(sealed: list[str], tmp_path: Path) -> Path:
    path = tmp_path / "proof.zip"
    prove_site(WORLD.lyon, path)
    return path


def test_the_script_in_the_proof_verifies_it_with_nothing_but_python(
    proof: Path, sealed: list[str]
) -> None:
    script, trusted = proof.with_name("verify_proof.py"), proof.with_name("trusted.txt")
    script.write_bytes(members(proof.read_bytes())["verify_proof.py"])
    trusted.write_text(sealed[-1])
    done = subprocess.run(  # noqa: S603  our own script
        [sys.executable, "-I", "-S", script, proof, "--checkpoint", trusted],
        check=False,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "rows of audit are what was sealed" in done.stdout
    assert "the checkpoint is the one you hold" in done.stdout


@pytest.mark.security
def test_one_altered_byte_anywhere_fails(
    proof: Path, promise: Promise, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = proof.read_bytes()
    chosen = Random(7)  # noqa: S311
    places = [
        *range(80),
        *range(len(whole) - 80, len(whole)),
        *chosen.sample(range(len(whole)), 840),
    ]
    passed = [at for at in places if verifies(flipped(whole, at))]

    assert verifies(whole)
    assert passed == []
    promise("E10", "altered bytes of a proof found", f"{len(places)} of {len(places)}", "all")


def flipped(whole: bytes, at: int) -> bytes:
    return whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]


def verifies(data: bytes) -> bool:
    from zipfile import BadZipFile  # noqa: PLC0415

    try:
        check(data)
    except (*REFUSALS, BadZipFile, NotImplementedError, RuntimeError):
        return False
    return True


@pytest.mark.security
def test_a_proof_tells_nothing_of_another_site(proof: Path, promise: Promise) -> None:
    texts = b"".join(members(proof.read_bytes()).values()).decode()
    there = [word for word in (LILLE, "Charlie", str(WORLD.lille), "Brest") if word in texts]
    assert there == []
    assert str(WORLD.lyon) in texts
    promise("E10", "texts of another site in a proof", len(there), 0)


def test_the_checkpoint_is_compared_with_the_one_that_is_held(proof: Path) -> None:
    files = members(proof.read_bytes())
    held = files["checkpoint.txt"].decode()
    assert check(proof.read_bytes(), held)[-1] == "the checkpoint is the one you hold"
    with pytest.raises(Wrong, match="does not bear a valid signature"):
        check(proof.read_bytes(), held.replace("checkpoint of", "checkpoint 0f"))
    with pytest.raises(Wrong, match="holds no checkpoint"):
        check(proof.read_bytes(), "nothing")


def test_the_scripts_signatures_are_those_of_the_library() -> None:
    for number in range(12):
        key = Ed25519PrivateKey.generate()
        public, message = key.public_key().public_bytes_raw(), bytes(number)
        signature = key.sign(message)
        assert ed25519_fits(public, message, signature)
        assert not ed25519_fits(public, message + b"x", signature)
        assert not ed25519_fits(public, message, flipped(signature, number * 5))
        assert not ed25519_fits(flipped(public, number), message, signature)


def test_the_script_is_short_enough_to_be_read() -> None:
    script = Path(sys.modules[check.__module__].__file__ or "")
    assert len(script.read_text().splitlines()) <= 300
