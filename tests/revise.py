"""Write a service's next migration without an installation at hand.

`python -m tests.revise audit "add criteria"` starts servers of its own, brings the service to
its last migration and writes the difference to the models.
"""

import sys

from joserfc.jwk import OKPKey

from runtime.migrate import migrate, revise
from tests import servers


def main(name: str, message: str) -> None:
    with servers.running() as (postgres_url, redis_url):
        key = OKPKey.generate_key("Ed25519", auto_kid=True)
        servers.adopt(servers.environment(postgres_url, redis_url, key))
        migrate([name])
        revise(name, message)


if __name__ == "__main__":
    main(*sys.argv[1:])
