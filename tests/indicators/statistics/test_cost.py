"""NumPy is paid for by those who compute."""

import subprocess
import sys

IMPORTED = """
import sys
import portal.app, runtime.__main__, services.indicators.statistics.schemas
from runtime.services import SERVICES
print("numpy" in sys.modules)
"""


def test_no_process_imports_numpy_before_it_computes() -> None:
    done = subprocess.run(  # noqa: S603  our own Python
        [sys.executable, "-c", IMPORTED], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "False"
