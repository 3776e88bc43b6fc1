"""What stands guard, and the tests that must notice when it does not. A new guard is a line here.

The quickest come first: the first that fails ends the run.
"""

from typing import Final

ISOLATION: Final = "tests/access/test_isolation.py"
MATRIX: Final = "tests/access/test_matrix.py"
WORK: Final = ["tests/shared/test_work.py", "tests/shared/test_guards.py"]
HISTORY: Final = ["tests/architecture/test_schemas.py", "tests/access/test_history.py"]
SIGNING: Final = [
    "tests/shared/test_signing.py",
    "tests/shared/test_separation_of_duties.py",
    "tests/shared/test_sign_races.py",
]
ROUTES: Final = "tests/identity/test_routes.py"
IDENTITY: Final = ["tests/identity"]
ACCOUNT: Final = [*IDENTITY, "tests/portal/test_account.py"]
CONFIRMATION: Final = "tests/access/test_confirmation.py"
ADMINISTRATION: Final = [
    "tests/identity/test_administration.py",
    CONFIRMATION,
    *IDENTITY,
    "tests/access/test_matrix.py",
]

GUARDED: Final = {
    "shared/work.py": [*WORK, "tests/audit", "tests/actions/test_races.py", *IDENTITY],
    "shared/auth.py": ["tests/shared/test_auth.py", "tests/security/test_tokens.py", *WORK, ROUTES],
    "shared/history.py": [*WORK, "tests/identity/test_account.py", *HISTORY],
    "runtime/recording.py": HISTORY,
    "shared/outbox.py": [*WORK, "tests/shared/test_bus.py"],
    "shared/db.py": [*WORK, "tests/identity/test_ending.py", "tests/architecture/test_schemas.py"],
    "shared/signing.py": SIGNING,
    "shared/ended.py": ["tests/identity/test_ending.py"],
    "shared/readings.py": ["tests/shared/test_readings.py"],
    "shared/operations.py": [
        "tests/shared/test_operations.py",
        "tests/shared/test_readings.py",
        "tests/shared/test_bus.py",
    ],
    "services/compliance/commands.py": ["tests/compliance/test_commands.py", MATRIX],
    "services/processes/commands.py": ["tests/register/test_commands.py", MATRIX],
    "shared/catalogue.py": ["tests/actions/test_routes.py", "tests/risk", MATRIX],
    "shared/pages.py": [ROUTES],
    "portal/guard.py": ["tests/portal/test_guard.py", "tests/portal/test_sign_in.py"],
    "services/identity/access.py": ACCOUNT,
    "services/identity/accounts.py": ADMINISTRATION,
    "services/identity/commands.py": ADMINISTRATION,
    "services/identity/ending.py": ["tests/identity/test_ending.py"],
    "services/identity/factors.py": ["tests/identity/test_factors.py", *IDENTITY],
    "services/identity/links.py": ["tests/identity/test_links.py", *IDENTITY],
    "services/identity/proposals.py": ADMINISTRATION,
    "services/identity/queries.py": [*ACCOUNT, ISOLATION],
    "services/identity/signing_in.py": ACCOUNT,
}
