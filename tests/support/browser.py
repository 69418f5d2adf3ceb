"""A headless Chromium driven over its DevTools protocol: enough to open pages, ask them things and take pictures."""

import asyncio
import base64
import contextlib
import itertools
import json
import shutil
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp

_START_SECONDS = 30.0
_ANSWER_SECONDS = 30.0
_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")


def chromium() -> str | None:
    """Return the browser's path, None where there is none."""
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


class BrowserError(Exception):
    """The browser did not do what was asked."""


class Browser:
    """One browser with one page; everything it keeps is in ``directory``."""

    def __init__(self, program: str, directory: Path) -> None:
        self._program = program
        self._directory = directory
        self._process: asyncio.subprocess.Process | None = None
        self._http = aiohttp.ClientSession()
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._session = ""
        self.said: list[str] = []
        """What the console and the policy of the page complained of."""
        self.fetched: list[str] = []

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            self._program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-extensions", "--hide-scrollbars",
            "--remote-debugging-port=0", f"--user-data-dir={self._directory / 'profile'}", "about:blank",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            port, path = (await self._told_port()).split("\n")[:2]
            self._socket = await self._http.ws_connect(f"ws://127.0.0.1:{port}{path}", max_msg_size=0)
            self._reader = asyncio.create_task(self._read(self._socket))
            target = await self._ask("Target.createTarget", url="about:blank")
            attached = await self._ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)
            self._session = attached["sessionId"]
            for domain in ("Page", "Runtime", "Log", "Network"):
                await self._ask(f"{domain}.enable")
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._reader is not None:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader
        await self._http.close()
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def screen(self, *, width: int, height: int = 900, dark: bool = False) -> None:
        """Set the size of the screen and the reader's taste."""
        await self._ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self._ask("Emulation.setEmulatedMedia", features=[scheme])

    async def headers(self, **headers: str) -> None:
        """Send these with every request."""
        await self._ask("Network.setExtraHTTPHeaders", headers=headers)

    async def slow_line(self, *, bytes_a_second: float, delay_ms: float) -> None:
        """Make the line as slow as this."""
        await self._ask(
            "Network.emulateNetworkConditions",
            offline=False, latency=delay_ms, downloadThroughput=bytes_a_second, uploadThroughput=bytes_a_second,
        )  # fmt: skip
        await self._ask("Network.setCacheDisabled", cacheDisabled=True)

    async def scripts(self, *, allowed: bool) -> None:
        """Let pages run scripts or not."""
        await self._ask("Emulation.setScriptExecutionDisabled", value=not allowed)

    async def open(self, url: str) -> None:
        """Open a page and wait until it has loaded."""
        await self._ask("Page.navigate", url=url)
        await self.until(f"location.href === {json.dumps(url)} && document.readyState === 'complete'")

    async def ask(self, expression: str) -> Any:
        """Return what an expression gives in the page, its promise awaited."""
        told = await self._ask("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in told:
            raise BrowserError(str(told["exceptionDetails"])[:500])
        return told["result"].get("value")

    async def until(self, expression: str, *, seconds: float = _ANSWER_SECONDS) -> None:
        """Wait until an expression is true in the page."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    with contextlib.suppress(BrowserError):  # between two pages there is nobody to ask
                        if await self.ask(expression) is True:
                            return
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise BrowserError(f"never true: {expression}; the console said {self.said[-3:]}") from None

    async def press(self, key: str, code: int) -> None:
        """Press a key."""
        for kind in ("keyDown", "keyUp"):
            await self._ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    async def click(self, x: float, y: float) -> None:
        """Click at a point of the window."""
        for kind in ("mousePressed", "mouseReleased"):
            await self._ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def picture(self, path: Path) -> None:
        """Write the whole page as a PNG."""
        told = await self._ask("Page.captureScreenshot", captureBeyondViewport=True)
        await asyncio.to_thread(path.write_bytes, base64.b64decode(told["data"]))

    async def _told_port(self) -> str:
        told = self._directory / "profile" / "DevToolsActivePort"
        async with asyncio.timeout(_START_SECONDS):
            while not (await asyncio.to_thread(told.is_file) and "\n" in await asyncio.to_thread(told.read_text)):  # noqa: ASYNC110  # it signals nothing
                await asyncio.sleep(0.05)
        return await asyncio.to_thread(told.read_text)

    async def _ask(self, method: str, **parameters: Any) -> Any:
        assert self._socket is not None
        number = next(self._numbers)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        message = {"id": number, "method": method, "params": parameters}
        await self._socket.send_json(message | ({"sessionId": self._session} if self._session else {}))
        async with asyncio.timeout(_ANSWER_SECONDS):
            return await answer

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            told = json.loads(message.data)
            if (answer := self._answers.pop(told.get("id", 0), None)) is not None and not answer.done():
                if "error" in told:
                    answer.set_exception(BrowserError(str(told["error"])))
                else:
                    answer.set_result(told.get("result", {}))
            elif told.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded"):
                self.said.append(json.dumps(told["params"])[:500])
            elif told.get("method") == "Network.requestWillBeSent":
                self.fetched.append(told["params"]["request"]["url"])
