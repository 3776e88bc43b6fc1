"""An installation as deploy/README.md describes it, brought up for a test and taken down."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2 as httpx

from tests.processes import eventually

ROOT = Path(__file__).parents[2]
FILE = ROOT / "deploy" / "docker-compose.yml"
MINUTES = 10 * 60


def engine_answers() -> str | None:
    """The Docker engine's version, if one answers here."""
    docker = shutil.which("docker")
    if docker is None:
        return None
    asked = [docker, "version", "--format", "{{.Server.Version}}"]
    told = subprocess.run(asked, check=False, capture_output=True, text=True, timeout=30)  # noqa: S603  found on the PATH
    return told.stdout.strip() if told.returncode == 0 else None


def compose_command() -> list[str] | None:
    """Compose as a plugin of Docker, or the older program of its own."""
    plugin = subprocess.run(  # noqa: S603
        [shutil.which("docker") or "docker", "compose", "version"], check=False, capture_output=True
    )
    if plugin.returncode == 0:
        return ["docker", "compose"]
    program = shutil.which("docker-compose")
    return [program] if program else None


@dataclass(frozen=True)
class Installation:
    """One project of the compose file, with ports and an .env of its own."""

    name: str
    folder: Path
    command: list[str]
    port: int
    mails_port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def settings(self) -> Path:
        return self.folder / ".env"

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of the tests' own settings; the images come from the environment."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("QSE_")}
        return (
            {"BUILD_NETWORK": "host"}
            | kept
            | {
                "QSE_IMAGE": "qse-platform:test",
                "QSE_PORT": str(self.port),
                "QSE_MAILS_PORT": str(self.mails_port),
                "QSE_BASE_URL": self.url,
                "QSE_REQUIRE_SECOND_FACTOR": "false",
            }
        )

    def run(self, *command: str, said: str = "") -> str:
        done = subprocess.run(  # noqa: S603  our own arguments
            command,
            check=False,
            capture_output=True,
            text=True,
            input=said,
            env=self.environment,
            timeout=MINUTES,
        )
        assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        return done.stdout

    def prepare(self) -> str:
        return self.run(str(ROOT / "deploy" / "prepare"), str(self.settings))

    def compose(self, *arguments: str, said: str = "") -> str:
        chosen = ["-p", self.name, "-f", str(FILE), "--env-file", str(self.settings)]
        return self.run(*self.command, *chosen, *arguments, said=said)

    def qse(self, *arguments: str, said: str = "") -> str:
        """An operator's command, in a container that holds identity's login."""
        return self.compose("exec", "-T", "identity-web", "qse", *arguments, said=said).strip()

    def containers(self) -> dict[str, dict[str, Any]]:
        """What Docker knows of each container, by the name of its part."""
        label = f"label=com.docker.compose.project={self.name}"
        ids = self.run("docker", "ps", "--all", "--quiet", "--filter", label).split()
        found = json.loads(self.run("docker", "inspect", *ids))
        return {one["Config"]["Labels"]["com.docker.compose.service"]: one for one in found}

    def mails_to(self, address: str) -> list[dict[str, Any]]:
        url = f"http://127.0.0.1:{self.mails_port}/mails"
        found: list[dict[str, Any]] = httpx.get(url, params={"to": address}, timeout=5).json()
        return found

    def wait_until_it_answers(self, services: list[str]) -> None:
        for name in services:
            eventually(lambda name=name: self._is_ready(name), 120)  # type: ignore[misc]

    def _is_ready(self, service: str) -> bool:
        try:
            path = f"{self.url}/api/v1/{service}/health/ready"
            return httpx.get(path, timeout=5).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False
