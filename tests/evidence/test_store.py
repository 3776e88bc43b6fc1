"""A file is whole or not there, whenever the process that writes it is killed (promise E6)."""

import hashlib
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from shared.files import Bucket, Folder, Missing, Store
from shared.work import clock
from tests.promises import Promise

WRITER = """
import hashlib, io, os, sys
from pathlib import Path
from shared.files import Folder
store = Folder(Path(sys.argv[1]))
print("ready", flush=True)
while True:
    content = os.urandom(3_000_000)
    key = hashlib.sha256(content).hexdigest()
    store.put(f"audit/{key[:2]}/{key[2:4]}/{key}", io.BytesIO(content))
    print(key, flush=True)
"""
KILLS = 4


@pytest.mark.security
def test_no_kill_leaves_half_a_file_under_its_name(tmp_path: Path, promise: Promise) -> None:
    acknowledged: set[str] = set()
    for moment in range(KILLS):
        with subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
            time.sleep(0.15 + 0.007 * moment)
            os.kill(writer.pid, signal.SIGKILL)
            acknowledged |= {line.strip() for line in writer.stdout if line.endswith("\n")}
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".part"]
    corrupt = [p for p in kept if hashlib.sha256(p.read_bytes()).hexdigest() != p.name]
    missing = acknowledged - {path.name for path in kept}
    assert acknowledged
    assert (corrupt, missing) == ([], set())
    promise("E6", f"corrupt or missing after {KILLS} kills", "0", "0")


@pytest.mark.parametrize("kind", ["folder", "bucket"])
def test_a_content_is_written_once_and_never_over_another(tmp_path: Path, kind: str) -> None:
    kept: Store = Folder(tmp_path) if kind == "folder" else Bucket(MemoryStore())
    kept.put("audit/aa/bb/x", io.BytesIO(b"first"))
    kept.put("audit/aa/bb/x", io.BytesIO(b"second"))

    assert b"".join(kept.read("audit/aa/bb/x")) == b"first"
    assert list(kept.keys("audit", clock())) == ["audit/aa/bb/x"]
    assert list(kept.keys("actions", clock())) == []
    kept.remove("audit/aa/bb/x")
    kept.remove("audit/aa/bb/x")
    with pytest.raises(Missing):
        kept.read("audit/aa/bb/x")
