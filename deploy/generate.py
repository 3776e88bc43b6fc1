"""Print what deploy/.env lacks, with fresh secrets: nothing that is there is changed or repeated.

`deploy/prepare` runs this in the image and appends the lines. Reads the present file from stdin.
"""

import os
import secrets
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from runtime.home import prepare, read
from runtime.up import SERVICES

PORT = 8080
USER = DATABASE = "qse"
HEADING = """\
# The settings of this installation, written by deploy/prepare: secret, and wanted in a backup.
#
# QSE_BASE_URL   what people type; https, or a loopback address on a machine of one's own
# QSE_SMTP_URL   the company's mail server instead of our mail catcher: smtp://host:25, or
#                smtps://user:password@host:465
# QSE_MAIL_FROM  the sender of the platform's mails
"""


def main() -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "settings.env"
        file.touch(mode=0o600)
        file.write_text(sys.stdin.read())
        kept = read(file)
        wanted = _addresses(kept)
        # Given by the environment they are taken as they are, and logins are made for them.
        os.environ.update({name: wanted[name] for name in ("QSE_DATABASE_URL", "QSE_REDIS_URL")})
        made = prepare(Path(folder), SERVICES, PORT)
    logins = [f"QSE_{service.upper()}_DATABASE_URL" for service in SERVICES]
    wanted |= {name: made[name] for name in ("QSE_SIGNING_KEY", "QSE_PUBLIC_KEYS", *logins)}
    if not kept:
        sys.stdout.write(HEADING)
    sys.stdout.writelines(
        f"{name}='{value}'\n" for name, value in wanted.items() if name not in kept
    )


def _addresses(kept: dict[str, str]) -> dict[str, str]:
    """The servers of the compose file with passwords of their own, unless others are named."""
    database = kept.get("POSTGRES_PASSWORD") or secrets.token_urlsafe(32)
    redis = kept.get("REDIS_PASSWORD") or secrets.token_urlsafe(32)
    return {
        "COMPOSE_PROJECT_NAME": "qse",
        "QSE_BASE_URL": f"http://127.0.0.1:{PORT}",
        "QSE_SMTP_URL": "smtp://mails:2525",
        "QSE_PORTAL_KEY": secrets.token_urlsafe(32),
        "POSTGRES_PASSWORD": database,
        "REDIS_PASSWORD": redis,
        "QSE_DATABASE_URL": f"postgresql+psycopg://{USER}:{database}@postgres:5432/{DATABASE}",
        "QSE_REDIS_URL": f"redis://:{redis}@redis:6379/0",
    } | kept


if __name__ == "__main__":
    main()
