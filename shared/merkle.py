"""A hash tree that only grows (RFC 6962), kept as one row per leaf.

With each leaf goes the hash of every full subtree that the leaf completes. These never change, so
roots at any size, and proofs that a leaf is in the tree, are read from a few rows.
"""

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256

WIDTH = 32

Node = tuple[int, int]
"""A full subtree: the position of the leaf that completes it, and its height."""


def leaf_hash(salt: bytes, row: bytes) -> bytes:
    """The salt keeps short rows from being guessed by those who hold a hash and not the row."""
    return sha256(b"\x00" + salt + row).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree while it grows. It remembers its full subtrees, largest first, and nothing else."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)

    def grow(self, leaf: bytes) -> bytes:
        """Append a leaf. Gives its hash and those of the subtrees it completes, joined."""
        completed = [leaf]
        covered = self.size
        while covered & 1:
            completed.append(node_hash(self.peaks.pop(), completed[-1]))
            covered >>= 1
        self.peaks.append(completed[-1])
        self.size += 1
        return b"".join(completed)

    @property
    def root(self) -> bytes:
        return joined(self.peaks)


def joined(peaks: Iterable[bytes]) -> bytes:
    """One hash over neighbouring subtrees, of which each is larger than the next."""
    *left, root = peaks or [sha256(b"").digest()]
    for peak in reversed(left):
        root = node_hash(peak, root)
    return root


def full_subtrees(start: int, count: int) -> Iterator[Node]:
    """The full subtrees that these leaves are made of, largest first."""
    for height in reversed(range(count.bit_length())):
        if count >> height & 1:
            start += 1 << height
            yield start - 1, height


def height_hash(hashes: bytes, height: int) -> bytes:
    """The hash of one subtree from those that were stored with its last leaf."""
    return hashes[height * WIDTH : (height + 1) * WIDTH]


def siblings(position: int, size: int) -> list[tuple[int, int]]:
    """What a proof for one leaf consists of: start and count of each sibling, the nearest first."""
    found: list[tuple[int, int]] = []
    start = 0
    while size > 1:
        left = 1 << (size - 1).bit_length() - 1
        if position < start + left:
            found.append((start + left, size - left))
            size = left
        else:
            found.append((start, left))
            start, size = start + left, size - left
    return found[::-1]


def proof(position: int, size: int, look: Callable[[Node], bytes]) -> list[bytes]:
    """The hashes with which somebody who has one leaf computes the root."""
    return [
        joined([look(node) for node in full_subtrees(start, count)])
        for start, count in siblings(position, size)
    ]


def root_from(leaf: bytes, position: int, size: int, path: Iterable[bytes]) -> bytes:
    """What the root must be, if this leaf is at this position of a tree of this size."""
    found = leaf
    for (start, _), sibling in zip(siblings(position, size), path, strict=True):
        found = node_hash(sibling, found) if start < position else node_hash(found, sibling)
    return found
