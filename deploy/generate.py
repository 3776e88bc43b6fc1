"""Print what deploy/.env lacks, with fresh secrets: nothing that is there is changed or repeated.

`deploy/prepare` runs this in the image and appends the lines. Reads the present file from stdin.
"""

import os
import secrets
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from runtime.home import CELERY_REDIS, KEYS, prepare
from runtime.up import SERVICES
from shared.broker import OPERATOR, users
from shared.settings import read_file

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
        kept = read_file(file)
        wanted = _addresses(kept)
        # Given by the environment it is taken as it is, and logins are made for it.
        os.environ["QSE_DATABASE_URL"] = wanted["QSE_DATABASE_URL"]
        made = prepare(Path(folder), SERVICES, PORT)
    brokers = [*(f"QSE_{service.upper()}_REDIS_URL" for service in SERVICES), CELERY_REDIS]
    logins = [f"QSE_{service.upper()}_DATABASE_URL" for service in SERVICES] + brokers
    made |= {name: _in_compose(made[name]) for name in brokers if name not in kept}
    wanted |= {name: made[name] for name in (*KEYS, *KEYS.values(), *logins)}
    wanted |= {"REDIS_USERS": kept.get("REDIS_USERS") or _users(wanted, brokers)}
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
        "QSE_REDIS_URL": f"redis://{OPERATOR}:{redis}@redis:6379/0",
    } | kept


def _in_compose(url: str) -> str:
    """The login that was made for a server on this machine, on the compose file's."""
    address = urlsplit(url)
    place = f"{address.username}:{address.password}@redis:6379"
    return address._replace(netloc=place).geturl()


def _users(wanted: dict[str, str], brokers: list[str]) -> str:
    """The users of the Redis server in one line, as an .env file holds it."""
    logins = [urlsplit(wanted[name]) for name in brokers]
    passwords = {login.username or "": login.password or "" for login in logins}
    return ";".join(users({OPERATOR: wanted["REDIS_PASSWORD"], **passwords}))


if __name__ == "__main__":
    main()
