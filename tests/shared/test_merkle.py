"""The tree against RFC 6962's own recursive definition, written down again here."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.merkle import (
    Node,
    Tree,
    full_subtrees,
    height_hash,
    joined,
    leaf_hash,
    proof,
    root_from,
)

ROWS = [bytes([number % 256, number // 256]) for number in range(130)]
VECTORS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
"""Roots over the leaves that Certificate Transparency's own tests use, by how many are taken."""
LEAVES = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]  # fmt: skip


def plain_root(rows: list[bytes]) -> bytes:
    """RFC 6962, 2.1: MTH."""
    if not rows:
        return sha256(b"").digest()
    if len(rows) == 1:
        return sha256(b"\x00" + rows[0]).digest()
    half = split_of(len(rows))
    return sha256(b"\x01" + plain_root(rows[:half]) + plain_root(rows[half:])).digest()


def plain_path(index: int, rows: list[bytes]) -> list[bytes]:
    """RFC 6962, 2.1.1: PATH."""
    if len(rows) == 1:
        return []
    half = split_of(len(rows))
    if index < half:
        return [*plain_path(index, rows[:half]), plain_root(rows[half:])]
    return [*plain_path(index - half, rows[half:]), plain_root(rows[:half])]


def split_of(count: int) -> int:
    half = 1
    while half * 2 < count:
        half *= 2
    return half


def grown(rows: list[bytes]) -> tuple[Tree, list[bytes]]:
    tree = Tree()
    return tree, [tree.grow(leaf_hash(b"", row)) for row in rows]


@pytest.mark.parametrize("size", VECTORS)
def test_the_roots_are_those_of_certificate_transparency(size: int) -> None:
    tree, _ = grown([bytes.fromhex(leaf) for leaf in LEAVES[:size]])
    assert tree.root.hex() == VECTORS[size]


@given(st.lists(st.binary(max_size=4), max_size=70))
def test_a_tree_that_grew_has_the_root_of_the_definition(rows: list[bytes]) -> None:
    assert grown(rows)[0].root == plain_root(rows)


@given(st.integers(1, 130), st.data())
def test_a_row_is_proved_by_what_was_stored_and_no_other_is(size: int, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, size - 1))
    _, stored = grown(ROWS)

    def look(node: Node) -> bytes:
        return height_hash(stored[node[0]], node[1])

    path = proof(position, size, look)
    root = plain_root(ROWS[:size])
    assert path == plain_path(position, ROWS[:size])
    assert root_from(leaf_hash(b"", ROWS[position]), position, size, path) == root
    assert root_from(leaf_hash(b"", b"another row"), position, size, path) != root


@given(st.integers(0, 130))
def test_every_earlier_root_is_found_in_a_later_tree(size: int) -> None:
    _, stored = grown(ROWS)
    peaks = [height_hash(stored[end], height) for end, height in full_subtrees(0, size)]
    assert joined(peaks) == plain_root(ROWS[:size])


def test_the_salt_decides_the_hash_too() -> None:
    assert leaf_hash(b"salt", b"row") != leaf_hash(b"", b"row")
