"""`jianfu serve`: opens each messenger that is set up, sends what waits, rings what is
due, until it is told to stop.
"""

from __future__ import annotations

import argparse
import asyncio
import errno
import fcntl
import os
import signal
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from anonymizer.keyring import KeyringError
from bot import logs
from bot.app import channels_of, database_file, open_keyring, opened
from bot.channels.messenger import Running
from bot.connections import (
    HANDSHAKE_WITHIN,
    IDLE_WITHIN,
    MOST_EACH,
    Connection,
    Connections,
    most_connections,
    raise_descriptors,
)
from bot.messengers import MESSENGERS, Messengers
from bot.ops.forgotten import forget_again
from bot.ops.lease import Lease
from bot.ops.trouble import told
from bot.program import Program
from bot.search.keeper import IndexKeeper
from bot.search.questions import IndexStart
from bot.settings import OperatorError, Settings, Web, load
from bot.site import served

LOCK_EVERY = 0.5  # seconds between two looks whether the one before us has gone
BACKLOG = 1024
GOODBYE = 1  # seconds that open requests have to end in


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", help="监听的地址，默认 127.0.0.1")
    parser.add_argument(
        "--port", type=int, help="监听的端口，默认 8080；0 表示任选一个空闲端口"
    )
    parser.add_argument(
        "--behind-proxy",
        action="store_true",
        default=None,
        help="前面有反向代理提供 https，只信它转来的请求",
    )


def run(args: argparse.Namespace) -> int:
    given = {"host": args.host, "port": args.port, "behind_proxy": args.behind_proxy}
    web = {name: value for name, value in given.items() if value is not None}
    settings = load(**({"web": web} if web else {}))
    settings.web.refuse_exposure()
    _prove_certificate(settings.web)
    logs.start(settings.log_level)
    raise_descriptors()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(_serve(settings))


def _prove_certificate(web: Web) -> None:
    """Raises: OperatorError, if certificate and key cannot be used; OpenSSL's own words
    help nobody.
    """
    if web.tls_cert is None or web.tls_key is None:
        return
    for path in (web.tls_cert, web.tls_key):
        try:
            path.read_bytes()
        except OSError as error:
            raise told("读不了 TLS 文件", path, error) from None
    try:  # a password is never asked for: nobody sits before a service
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
            web.tls_cert, web.tls_key, password=str
        )
    except (ssl.SSLError, ValueError):
        raise OperatorError(
            f"TLS 证书 {web.tls_cert} 与私钥 {web.tls_key} 用不了：两个都须是 PEM，"
            "互相配对，私钥不带密码"
        ) from None


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # no wheel for this machine: slower, not worse
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


async def _serve(settings: Settings, messengers: Messengers = MESSENGERS) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with _alone(settings.data_dir, stop) as alone:
        if not alone:
            return 0
        listening = _listen(settings.web)
        make = channels_of(messengers)
        program_opened = opened(settings, make, messengers=messengers)
        async with AsyncExitStack() as whole:
            entering = whole.enter_async_context(program_opened)
            program = await _unless_stopped(asyncio.create_task(entering), stop)
            if program is not None:
                await _run(program, listening, stop)
    return 0


async def _unless_stopped(
    opening: asyncio.Task[Program], stop: asyncio.Event
) -> Program | None:
    """Another process may hold the database for a while. None: told to stop while it
    was being opened; nothing of it is left open.
    """
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([opening, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not opening.done():
        opening.cancel()
    try:
        return await opening
    except asyncio.CancelledError:
        if not stop.is_set():
            raise
        return None


@asynccontextmanager
async def _alone(folder: Path, stop: asyncio.Event) -> AsyncIterator[bool]:
    """Hold the data folder for this process; a second one waits here. False: told to
    stop while waiting.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(
            folder / "serve.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
        )
    except OSError as error:
        raise OperatorError(
            f"写不了 {folder}：{error.strerror}，请检查目录权限和磁盘"
        ) from None
    try:
        waited = False
        while not (locked := _lock(file)) and not stop.is_set():
            if not waited:
                print(
                    f"已有一个 jianfu serve 在用 {folder}，本进程待命，"
                    "它停了就接上（Ctrl-C 停止）",
                    flush=True,
                )
            waited = True
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOCK_EVERY)
        yield locked
    finally:
        os.close(file)


def _lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _listen(web: Web) -> socket.socket:
    """The port, ours from here on. Raises: OperatorError, naming the remedy."""
    try:
        found = socket.getaddrinfo(web.host, web.port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, address = found[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except socket.gaierror:
        raise OperatorError(
            f"不知道 {web.host} 是哪里：请改 JIANFU_WEB__HOST"
        ) from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            other = web.port + 1 if web.port < 65535 else 0
            raise OperatorError(
                f"端口 {web.port} 已被占用：请停掉占用它的程序，或换一个，"
                f"如 jianfu serve --port {other}"
            ) from None
        raise OperatorError(
            f"不能监听 {web.host}:{web.port}：{error.strerror}，请换一个地址或端口"
        ) from None
    listening.setblocking(False)
    return listening


async def _run(program: Program, listening: socket.socket, stop: asyncio.Event) -> None:
    """Everything that goes on while the line is open; it ends when told to, or when a
    part of it fails.
    """
    web = program.resources.settings.web
    running = start_messengers(program)
    config = _config(served(running), web)
    server = Server(config, behind_proxy=web.behind_proxy)
    lease = Lease(program.resources.database)
    await lease.take_over(program.resources.now())
    await _finish_forgetting(program)
    for job in (lease.prolonging(), program.sender.looking()):
        program.bell.add(job)
    program.bell.start()
    serving = asyncio.create_task(server.serve([listening]))
    telling = asyncio.create_task(_tell(server, listening, web))
    program.casework.search.is_serving = True
    keeper = IndexKeeper(lambda: _index_start(program.resources.settings))
    lasting = [
        asyncio.create_task(keeper.keep()),
        asyncio.create_task(stop.wait()),
        asyncio.create_task(lease.lost()),
        asyncio.create_task(program.sender.failed()),
        *(asyncio.create_task(task()) for one in running for task in one.tasks),
    ]
    try:
        await asyncio.wait([serving, *lasting], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for one in running:
            one.close()
        server.should_exit = True
        program.bell.stop()
        program.sender.close()
        for unfinished in (telling, *lasting):
            unfinished.cancel()
        ended = await asyncio.gather(serving, telling, *lasting, return_exceptions=True)
        await program.bell.stopped()
        await lease.release()
    for failure in ended:
        if isinstance(failure, Exception):
            raise failure


def _index_start(settings: Settings) -> IndexStart:
    """Raises: OperatorError, if the keyring cannot be read now."""
    return IndexStart(
        database=str(database_file(settings).absolute()),
        folder=str(settings.data_dir.absolute()),
        keyring=open_keyring(settings).text(),
    )


def start_messengers(program: Program) -> list[Running]:
    """What goes on for each that is open here; their jobs ring with all others."""
    running = [
        messenger.start(program.channels[messenger.name], program)
        for messenger in program.messengers
        if messenger.name in program.channels
    ]
    for one in running:
        for job in one.jobs:
            program.bell.add(job)
    return running


async def _finish_forgetting(program: Program) -> None:
    """What a crash cut short: the journal is written first, so it knows what is still
    to be shredded.
    """
    resources = program.resources
    journal = resources.journal
    try:
        journal.add()  # makes the file: a restore insists on it
        await forget_again(
            resources.database, program.casework, journal, resources.now()
        )
    except KeyringError as error:
        raise told(
            "用不了销毁日志，它在钥匙环旁边：", resources.settings.keyring, error
        ) from None


async def _tell(server: Server, listening: socket.socket, web: Web) -> None:
    """Say where, once connections are accepted."""
    while not server.started:
        await asyncio.sleep(0.01)
    host, port = listening.getsockname()[:2]
    own = (
        f"{'https' if web.tls_cert else 'http'}://"
        f"{f'[{host}]' if ':' in host else host}:{port}"
    )
    print(f"减负专线已开通：{web.public_url or own}/ （Ctrl-C 停止）", flush=True)


def _config(site: ASGIApp, web: Web) -> uvicorn.Config:
    """Uvicorn as a bare engine: no access log, no log of its own, nothing about itself
    in the answers.
    """
    return uvicorn.Config(
        site,
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        lifespan="off",
        http=Connection,
        ws="none",
        timeout_keep_alive=IDLE_WITHIN,
        timeout_graceful_shutdown=GOODBYE,
        ssl_certfile=str(web.tls_cert) if web.tls_cert else None,
        ssl_keyfile=str(web.tls_key) if web.tls_key else None,
    )


class Server(uvicorn.Server):
    """Uvicorn without its own handling of signals: the whole program stops in one
    place. Its connections have limits.
    """

    def __init__(self, config: uvicorn.Config, *, behind_proxy: bool = False) -> None:
        super().__init__(config)
        self._connections = Connections(
            most_connections(), MOST_EACH, behind_proxy=behind_proxy
        )

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        await self._serve(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Uvicorn knows no time limit for a TLS handshake, so we listen ourselves."""
        is_tls = self.config.ssl is not None
        listening = [
            await asyncio.get_running_loop().create_server(
                self._connect,
                sock=one,
                ssl=self.config.ssl,
                ssl_handshake_timeout=HANDSHAKE_WITHIN if is_tls else None,
                backlog=BACKLOG,
            )
            for one in sockets or ()
        ]
        await super().startup(sockets=[])
        self.servers = [*listening]

    def _connect(self) -> Connection:
        return Connection(
            self._connections,
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
        )
