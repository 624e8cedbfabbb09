"""What runs while the real thing is tried? PostgreSQL, Redis, Tryton, Vendure, and a proxy before each of the last two.

    python -m tests.real.servers [--name NAME] [--ports FIRST] [--seed N]

starts all, prints where they are and waits for Ctrl+C.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.real import tryton as erp_module
from tests.real import vendure as shop_module
from tests.real.places import real_dir, run_dir
from tests.real.postgres import Postgres, postgres
from tests.real.processes import free_port
from tests.real.proxy import Proxy
from tests.real.redis import Redis, redis
from tests.real.seed import seed
from tests.real.tryton import ADMIN, Tryton, tryton
from tests.real.vendure import ADMIN as STAFF
from tests.real.vendure import Vendure, vendure


@dataclass(frozen=True)
class Servers:
    folder: Path
    postgres: Postgres
    redis: Redis
    erp: Tryton
    shop: Vendure
    erp_proxy: Proxy  # give syncd this address instead of the ERP's own
    shop_proxy: Proxy  # the same for the shop


@contextmanager
def running(name: str = "", first_port: int = 0, *, refuses_blocked: bool = True) -> Iterator[Servers]:
    """Start everything, stop everything at the end, whatever happens in between.

    Args:
        name: keep data and logs in the run folder of this name, for the next start; "" throws them away.
        first_port: use this port and the five after it; 0 takes free ones.
        refuses_blocked: whether the shop's log-in looks at the customer's status.

    Raises:
        NotStarted: something could not be installed or started; the text has its log's tail.
    """
    (real_dir() / "runs").mkdir(exist_ok=True)
    folder = run_dir(name) if name else Path(tempfile.mkdtemp(dir=real_dir() / "runs", prefix="once-"))
    folder.chmod(0o755)  # PostgreSQL may have to enter as another user
    ports = [first_port + number if first_port else free_port() for number in range(6)]
    with ExitStack() as last_things:
        if not name:
            last_things.callback(shutil.rmtree, folder, ignore_errors=True)
        yield start_all(folder, ports, last_things, refuses_blocked=refuses_blocked)


def start_all(folder: Path, ports: list[int], last_things: ExitStack, *, refuses_blocked: bool) -> Servers:
    prepare(folder)
    database = postgres(folder / "postgres", ports[0])
    broker = redis(folder / "redis", ports[1])
    erp = tryton(folder / "tryton", ports[2], database)
    for server in (database.server, broker.server, erp.server):
        last_things.callback(server.stop)
        server.launch()
        if server is database.server:
            server.wait()  # Tryton gives up without its database
    shop_url = database.url("shop") if database.has("shop") else database.create_database("shop")
    shop_module.prepare_in(folder / "vendure", shop_url)
    shop = vendure(folder / "vendure", ports[3], database=shop_url, refuses_blocked=refuses_blocked)
    last_things.callback(shop.server.stop)
    shop.server.launch()
    for server in (broker.server, erp.server, shop.server):
        server.wait()
    erp_proxy, shop_proxy = Proxy(erp.url, ports[4]), Proxy(shop.url, ports[5])
    for proxy in (erp_proxy, shop_proxy):
        last_things.callback(proxy.stop)
        proxy.start()
    return Servers(folder, database, broker, erp, shop, erp_proxy, shop_proxy)


def prepare(folder: Path) -> None:
    """Install what is not installed and copy fresh data to where there are none, ERP and shop at the same time."""
    for part in ("postgres", "redis"):
        (folder / part).mkdir(exist_ok=True)
    with ThreadPoolExecutor() as threads:
        shop = threads.submit(shop_module.installed)
        if not (folder / "postgres" / "data").exists():
            shutil.copytree(erp_module.base(), folder / "postgres" / "data")
        shop.result()


def main() -> None:
    parser = argparse.ArgumentParser(description="Start the real servers and wait for Ctrl+C.")
    parser.add_argument("--name", default="", help="keep the data under this name for the next start")
    parser.add_argument("--ports", type=int, default=0, help="the first of six ports (free ones)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="create N parties, unless there are some")
    parser.add_argument("--let-blocked-in", action="store_true", help="the shop's log-in ignores the status")
    asked = parser.parse_args()
    # The usual ways of asking a program to end all lead through the same clean-up.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    began = time.monotonic()
    try:
        with running(asked.name, asked.ports, refuses_blocked=not asked.let_blocked_in) as servers:
            say(f"Started in {time.monotonic() - began:.1f} s.\n{description(servers)}")
            if asked.seed:
                began = time.monotonic()
                seeded = seed(servers.erp.api(), servers.shop.admin(), asked.seed)
                say(f"Seeded in {time.monotonic() - began:.1f} s.\n{seeded.summary}")
            say("Ctrl+C stops everything.")
            threading.Event().wait()
    except KeyboardInterrupt:
        say("Stopped.")


def description(servers: Servers) -> str:
    erp, shop = servers.erp, servers.shop
    rows = [
        ("PostgreSQL", servers.postgres.url("postgres"), ""),
        ("Redis", servers.redis.url, ""),
        ("Tryton", f"{erp.url}/{erp.database}/", f"{' '.join(ADMIN)}, for syncd {erp.user} {erp.password}"),
        ("  through the proxy", f"{servers.erp_proxy.url}/{erp.database}/", ""),
        ("Vendure", f"{shop.url}/admin-api", f"{' '.join(STAFF)}, for syncd {shop.api_key_header}: {shop.api_key}"),
        ("  through the proxy", f"{servers.shop_proxy.url}/admin-api", ""),
        ("  for shoppers", f"{shop.url}/shop-api", ""),
        ("Logs and data", str(servers.folder), ""),
    ]
    return "\n".join(f"{what:20} {where:45} {how}".rstrip() for what, where, how in rows)


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - this program's answer


if __name__ == "__main__":
    main()
