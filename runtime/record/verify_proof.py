#!/usr/bin/env python3
"""Check a proof of one site's record. Needs Python 3.9 or later, and nothing else.

    python verify_proof.py proof.zip [--checkpoint trusted.txt]

The proof holds the history rows of one site, each with the hashes that lead from it to the root
of its service's tree, and a checkpoint: a text with all roots, signed when it was made. This
program computes everything again and believes nothing it is told. It ends with status 0 and says
what it verified, or with status 1 and says what is wrong.

The keys come with the proof. That they are the platform's, and that this checkpoint is the one
that others were sent, is seen only by comparing with something you hold already: name a file with
a checkpoint that you were sent (the daily mail, an earlier proof) after --checkpoint.
"""

import base64
import hashlib
import io
import json
import re
import sys
import zipfile

NOTE = re.compile(r"((?:.+\n)+)\n\u2014 (\S+) (\S+)\n")
EPOCH = (1980, 1, 1, 0, 0, 0)
CONTENTS, CHECKPOINT, KEYS = "contents.txt", "checkpoint.txt", "keys.json"


class Wrong(Exception):
    """What is wrong with the proof, in a sentence."""


# --- hashes (RFC 6962) ----------------------------------------------------------------------


def leaf_hash(salt, row):
    return hashlib.sha256(b"\x00" + salt + row).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_from(leaf, position, size, path):
    """The root of a tree of this size that has the leaf at this position, given its siblings."""
    if not 0 <= position < size:
        raise Wrong("a row is said to be outside of its tree")
    last, found = size - 1, leaf
    for sibling in path:
        if last == 0:
            raise Wrong("a row has more hashes than its tree has levels")
        if position % 2 or position == last:
            found = node_hash(sibling, found)
            while position % 2 == 0 and position:
                position, last = position // 2, last // 2
        else:
            found = node_hash(found, sibling)
        position, last = position // 2, last // 2
    if last:
        raise Wrong("a row has fewer hashes than its tree has levels")
    return found


def tree_root(leaves):
    """The root over a few leaves, as RFC 6962 defines it."""
    if len(leaves) == 1:
        return leaves[0]
    left = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(tree_root(leaves[:left]), tree_root(leaves[left:]))


# --- Ed25519 (RFC 8032): only checking, so nothing here need be secret or fast -----------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def add(a, b):
    """Two points of the curve, in extended coordinates x, y, z, t with t = x * y / z."""
    m, n = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = n - m, d - c, d + c, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, point):
    total = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = add(total, point)
        point, number = add(point, point), number >> 1
    return total


def decompress(data):
    """The point that 32 bytes stand for, or None."""
    y = int.from_bytes(data, "little")
    odd, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and odd):
        return None
    x = P - x if x % 2 != odd else x
    return x, y, 1, x * y % P


BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519_fits(public, message, signature):
    """Whether the signature is the key's, for this message."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, point = decompress(public), decompress(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or point is None or scalar >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    told = int.from_bytes(digest, "little") % ORDER
    one, other = times(scalar, BASE), add(point, times(told, key))
    same_x = (one[0] * other[2] - other[0] * one[2]) % P == 0
    return same_x and (one[1] * other[2] - other[1] * one[2]) % P == 0


# --- signed notes (C2SP) -----------------------------------------------------------------------


def opened(note, keys, what):
    """The lines of a signed note, if one of the keys signed it."""
    found = NOTE.fullmatch(note)
    if not found or found[2] not in keys:
        raise Wrong(f"{what} is no note that a known key signed")
    public, signature = keys[found[2]], unpacked(found[3])
    if signature[:4] != hashlib.sha256(found[2].encode() + b"\n\x01" + public).digest()[:4]:
        raise Wrong(f"{what} names another key than the one that came with the proof")
    if not ed25519_fits(public, found[1].encode(), signature[4:]):
        raise Wrong(f"{what} does not bear a valid signature: it was altered")
    return found[1].splitlines()


def unpacked(text):
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise Wrong("something in Base64 is not written as it must be")
    return data


# --- the proof ---------------------------------------------------------------------------------


def members(data):
    """The files of the archive, if it is byte for byte the archive that these files make."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    if packed(files) != data:
        raise Wrong("the archive was altered around its files")
    return files


def packed(files):
    """The one archive that these files make: stored as they are, in their order, without dates."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, content)
    return made.getvalue()


def check_contents(files, keys):
    """Every file is the one that was signed for, and no other is there."""
    kind, site, number, *listed = opened(files[CONTENTS].decode(), keys, CONTENTS)
    if not kind.startswith("qse proof of"):
        raise Wrong(f"{CONTENTS} is not the contents of a proof")
    said = dict(line.split(" ", 1) for line in listed)
    if set(said) != set(files) - {CONTENTS}:
        raise Wrong("the archive does not hold the files that were signed for")
    for name, digest in said.items():
        if hashlib.sha256(files[name]).hexdigest() != digest:
            raise Wrong(f"{name} was altered")
    return site.split(" ")[1], number.split(" ")[1]


def read_checkpoint(note, keys):
    """A checkpoint's number, its time and the size and root of each service's tree."""
    kind, number, made_at, _, *tips, root = opened(note, keys, CHECKPOINT)
    leaves = [leaf_hash(b"", line.encode()) for line in tips]
    if (
        not kind.startswith("qse checkpoint of")
        or root.split(" ")[1] != base64.b64encode(tree_root(leaves)).decode()
    ):
        raise Wrong("the checkpoint's own root is not that of its lines")
    sizes = {name: (int(size), unpacked(top)) for name, size, top in map(str.split, tips)}
    return number, made_at, sizes


def check_rows(name, content, site, tips):
    """Every row is the site's, and in its service's tree. Gives how many there are."""
    service = name.split("/")[1].rsplit(".", 1)[0]
    size, root = tips[service]
    before = -1
    for line in content.decode().splitlines():
        said = json.loads(line)
        position, row = said["position"], json.loads(said["row"])
        about = f"{service}: row {row.get('seq')}, about {row.get('object_type')}"
        if position <= before:
            raise Wrong(f"{about} stands twice or out of its order")
        leaf = leaf_hash(bytes.fromhex(said["salt"]), said["row"].encode())
        path = [bytes.fromhex(hash) for hash in said["path"]]
        if root_from(leaf, position, size, path) != root:
            raise Wrong(f"{about} {row.get('object_id')} is not what the checkpoint sealed")
        if row.get("site_id") != site:
            raise Wrong(f"{about} {row.get('object_id')} is another site's")
        before = position
    return service, len(content.decode().splitlines())


def check(data, trusted=None):
    """Check everything. Gives what was verified, a sentence per line."""
    files = members(data)
    keys = {name: bytes.fromhex(key) for name, key in json.loads(files[KEYS]).items()}
    site, signed_for = check_contents(files, keys)
    note = files[CHECKPOINT].decode()
    number, made_at, tips = read_checkpoint(note, keys)
    if number != signed_for:
        raise Wrong("the proof was made for another checkpoint than the one it holds")
    rows = [name for name in files if name.startswith("rows/")]
    counted = dict(check_rows(name, files[name], site, tips) for name in rows)
    lines = [f"{count} rows of {service} are what was sealed" for service, count in counted.items()]
    lines += [f"site {site}", f"checkpoint {number}, signed {made_at} by {', '.join(keys)}"]
    if trusted is None:
        return [*lines, "NOT COMPARED with a checkpoint of yours: see --checkpoint"]
    return [*lines, check_trusted(trusted, note, number, keys)]


def check_trusted(trusted, note, number, keys):
    """The proof's checkpoint is among those you hold, or its keys signed one that you hold."""
    held = [found[0] for found in NOTE.finditer(trusted)]
    if not held:
        raise Wrong("the trusted file holds no checkpoint")
    for one in held:
        told = read_checkpoint(one, keys)[0]
        if told == number and one != note:
            raise Wrong(f"checkpoint {number} is not the one you hold: there are two of them")
    if note in held:
        return "the checkpoint is the one you hold"
    return f"the keys of the proof signed the {len(held)} checkpoints that you hold as well"


def main(arguments):
    if not arguments or len(arguments) not in (1, 3) or "--help" in arguments:
        print(__doc__)
        return 2
    trusted = None
    try:
        with open(arguments[0], "rb") as file:
            data = file.read()
        if len(arguments) == 3:
            with open(arguments[2], encoding="utf-8") as file:
                trusted = file.read()
        for line in check(data, trusted):
            print("verified:", line)
    except Wrong as wrong:
        print("WRONG:", wrong)
        return 1
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, OSError) as error:
        print("WRONG: this is not a whole proof:", type(error).__name__, error)
        return 1
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        print("WRONG: this is not a whole archive:", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
