"""What stands guard, and the tests that must notice when it does not. A new guard is a line here.

The quickest come first: the first that fails ends the run.
"""

from typing import Final

ISOLATION: Final = "tests/access/test_isolation.py"
WORK: Final = "tests/shared/test_work.py"
ACCOUNT: Final = ["tests/identity", "tests/portal/test_account.py"]

GUARDED: Final = {
    "shared/work.py": [WORK, "tests/audit", "tests/actions/test_races.py", "tests/identity"],
    "shared/auth.py": [WORK, "tests/shared/test_auth.py", "tests/identity/test_routes.py"],
    "shared/history.py": [WORK, "tests/identity/test_account.py"],
    "shared/outbox.py": [WORK, "tests/shared/test_bus.py"],
    "shared/db.py": [WORK, "tests/architecture/test_schemas.py"],
    "shared/operations.py": ["tests/shared/test_operations.py", "tests/shared/test_bus.py"],
    "shared/crud.py": ["tests/identity/test_routes.py"],
    "shared/catalogue.py": ["tests/actions/test_routes.py", "tests/risk"],
    "shared/pages.py": [WORK, "tests/shared/test_refusals.py"],
    "portal/guard.py": ["tests/portal/test_guard.py", "tests/portal/test_sign_in.py"],
    "services/identity/access.py": ACCOUNT,
    "services/identity/queries.py": [*ACCOUNT, ISOLATION],
}
