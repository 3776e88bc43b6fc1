"""The `qse` command: every process of the platform, and what an operator does to it."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias
from uuid import UUID

from runtime.home import home

SERVICE_HELP = "names of services, or all"


def up(given: argparse.Namespace) -> None:
    from runtime.up import up as start  # noqa: PLC0415  each command loads only what it needs

    start(given.port or port(), demo=not given.empty)


def port() -> int:
    """The port of QSE_PORT, before there are settings to read."""
    from shared.settings import Misconfigured  # noqa: PLC0415

    given = os.environ.get("QSE_PORT") or "8080"
    if not given.isdecimal():
        raise Misconfigured("QSE_PORT is not a number")
    return int(given)


def web(given: argparse.Namespace) -> None:
    from shared.settings import settings  # noqa: PLC0415  read first: it may refuse to start

    settings().require_place(given.host)

    import uvicorn  # noqa: PLC0415

    from runtime.startup import require_fit  # noqa: PLC0415
    from runtime.web import create_web  # noqa: PLC0415

    names, portal = chosen(given.services)
    require_fit(names)
    _log()
    uvicorn.run(
        create_web(names, with_portal=portal),
        host=given.host,
        port=given.port or settings().port,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # shared/addresses.py decides which proxy is believed
        timeout_graceful_shutdown=5,
    )


def work(given: argparse.Namespace) -> None:
    from runtime.startup import require_fit  # noqa: PLC0415

    names, _ = chosen(given.services)
    require_fit(names)

    from runtime.celery import CALLS, dispatch  # noqa: PLC0415
    from runtime.services import SERVICES  # noqa: PLC0415
    from runtime.work import work as run  # noqa: PLC0415

    _log()
    run([SERVICES[name] for name in names], dispatch, CALLS)


def migrate(given: argparse.Namespace) -> None:
    from runtime.migrate import migrate as run  # noqa: PLC0415

    names, _ = chosen(given.services)
    run(names)


def revise(given: argparse.Namespace) -> None:
    from runtime.migrate import revise as run  # noqa: PLC0415

    run(given.service, given.message)


def demo(_given: argparse.Namespace) -> None:
    from runtime.demo.load import load  # noqa: PLC0415

    _log()
    load()


def admin(given: argparse.Namespace) -> None:
    from runtime.operator import first_person  # noqa: PLC0415

    print(first_person(given.email, given.name, given.group))  # noqa: T201


def token(given: argparse.Namespace) -> None:
    from runtime.operator import personal_token  # noqa: PLC0415

    print(personal_token(given.email))  # noqa: T201


def doctor(_given: argparse.Namespace) -> None:
    from runtime.doctor import examine  # noqa: PLC0415

    sys.exit(examine())


def config(_given: argparse.Namespace) -> None:
    from runtime.startup import effective  # noqa: PLC0415

    for line in effective():
        print(line)  # noqa: T201


def verify(given: argparse.Namespace) -> None:
    from runtime.record.inspect import inspect  # noqa: PLC0415

    sys.exit(inspect(given.checkpoints))


def prove(given: argparse.Namespace) -> None:
    from runtime.record.prove import prove_site  # noqa: PLC0415

    print(prove_site(given.site, given.out))  # noqa: T201


def replay(given: argparse.Namespace) -> None:
    from runtime.operator import replay as run  # noqa: PLC0415

    print(run(given.service, since=given.since, dead=given.dead))  # noqa: T201


def import_irep(given: argparse.Namespace) -> None:
    from runtime.irep import main as run  # noqa: PLC0415

    run(given.folder, given.siren, given.url, given.token)


def bench(given: argparse.Namespace) -> None:
    from runtime.bench import main as run  # noqa: PLC0415

    run(given.what)


def assets(_given: argparse.Namespace) -> None:
    from runtime.assets import build  # noqa: PLC0415

    build()


def chosen(names: Sequence[str]) -> tuple[list[str], bool]:
    """The services meant, and whether the portal goes with them: it does with `all`."""
    from runtime.services import SERVICES  # noqa: PLC0415

    if "all" in names:
        return list(SERVICES), True
    wanted = [name for name in names if name != "portal"]
    unknown = [name for name in wanted if name not in SERVICES]
    if unknown:
        sys.exit(f"qse: there is no service {', '.join(unknown)}; there are {', '.join(SERVICES)}")
    return wanted, "portal" in names


def _log() -> None:
    from shared.logging import configure_logging  # noqa: PLC0415
    from shared.settings import settings  # noqa: PLC0415

    configure_logging(settings().log_level)


Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001  no public name
Run = Callable[[argparse.Namespace], None]


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog="qse", description="The QSE platform.")
    commands = root.add_subparsers(required=True, metavar="COMMAND")
    _processes(commands)
    _operations(commands)
    return root


def _processes(commands: Commands) -> None:
    started = _add(commands, "up", up, "set up and run everything on this machine")
    started.add_argument("--port", type=int)
    started.add_argument("--empty", action="store_true", help="without the demo group")
    served = _add(commands, "web", web, "serve services, and the portal with `all` or `portal`")
    served.add_argument("services", nargs="+", help=SERVICE_HELP)
    served.add_argument("--host", default="127.0.0.1")
    served.add_argument("--port", type=int)
    worked = _add(commands, "work", work, "run the relay and the consumer of services")
    worked.add_argument("services", nargs="+", help=SERVICE_HELP)
    migrated = _add(commands, "migrate", migrate, "bring the schemas of services up to date")
    migrated.add_argument("services", nargs="*", default=["all"], help=SERVICE_HELP)
    revised = _add(commands, "revise", revise, "write a service's next migration")
    revised.add_argument("service")
    revised.add_argument("message")


def _operations(commands: Commands) -> None:
    _add(commands, "demo", demo, "load the demo group into a running platform")
    first = _add(
        commands,
        "admin",
        admin,
        "open the group of an empty installation, with its first person, then a second",
    )
    first.add_argument("email")
    first.add_argument("name")
    first.add_argument("group", help="the group's name")
    _add(commands, "token", token, "print a personal token for scripts").add_argument("email")
    _add(commands, "doctor", doctor, "tell whether everything an installation needs is well")
    _add(commands, "config", config, "print the settings in effect, secrets masked")
    verified = _add(commands, "verify", verify, "tell whether the record is what was sealed")
    verified.add_argument("--checkpoints", type=Path, help="a copy that was kept elsewhere")
    proved = _add(commands, "prove", prove, "write one site's record with its proofs")
    proved.add_argument("--site", type=UUID, required=True, help="the site's id")
    proved.add_argument("--out", type=Path, required=True, help="the zip file to write")
    again = "publish a service's events again, or retry its dead letters"
    replayed = _add(commands, "replay", replay, again)
    replayed.add_argument("service")
    replayed.add_argument("--since", default=None, help="a date: only what was announced since")
    replayed.add_argument("--dead", action="store_true", help="retry the dead letters instead")
    irep = "import a group's sites and emissions (IREP)"
    imported = _add(commands, "import-irep", import_irep, irep)
    imported.add_argument("folder")
    imported.add_argument("siren")
    imported.add_argument("--url", default=None)
    imported.add_argument("--token", required=True)
    _add(commands, "bench", bench, "measure the running code").add_argument(
        "what", choices=["chain", "access", "portal", "report"]
    )
    _add(commands, "assets", assets, "fetch and build what browsers need")


def _add(commands: Commands, name: str, run: Run, help: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=help, description=help)
    command.set_defaults(run=run)
    return command


def main() -> None:
    os.environ.setdefault("QSE_HOME", str(home()))
    given = parser().parse_args()
    given.run(given)


if __name__ == "__main__":
    main()
