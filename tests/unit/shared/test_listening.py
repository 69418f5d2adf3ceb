"""A port that is taken is named with what to set, and nothing stays open; both servers of the services listen this way."""

from collections.abc import AsyncIterator

import httpx
import pytest
from aiohttp import web
from prometheus_client import CollectorRegistry

from shared.health import HealthServer
from shared.listening import Listener


def _listener(port: int = 0) -> Listener:
    return Listener(app=web.Application(), host="127.0.0.1", wanted_port=port, purpose="trials", setting="TRIAL_PORT")


@pytest.fixture
async def taken() -> AsyncIterator[int]:
    first = _listener()
    yield await first.start()
    await first.stop()


async def test_a_port_that_is_taken_is_named_with_what_to_set(taken: int) -> None:
    with pytest.raises(
        OSError, match=f"cannot listen on 127.0.0.1:{taken} for trials: .*; set TRIAL_PORT to a free port"
    ):
        await _listener(taken).start()


async def test_a_port_that_was_given_up_can_be_taken_at_once_and_giving_it_up_twice_is_no_fault() -> None:
    first = _listener()
    port = await first.start()
    await first.stop()
    await first.stop()
    second = _listener(port)
    assert await second.start() == port
    await second.stop()


async def test_the_operators_pages_answer_and_a_failing_check_is_named() -> None:
    async with (
        HealthServer(
            host="127.0.0.1",
            port=0,
            registry=CollectorRegistry(),
            live={"work": lambda: None},
            ready={"state": lambda: "not rebuilt yet"},
        ) as server,
        httpx.AsyncClient(trust_env=False) as client,
    ):
        live, ready = [await client.get(f"http://127.0.0.1:{server.port}/{page}") for page in ("livez", "readyz")]
    assert (live.status_code, ready.status_code) == (200, 503)
    assert ready.json()["problems"] == {"state": "not rebuilt yet"}


async def test_the_operators_port_that_is_taken_says_so(taken: int) -> None:
    server = HealthServer(host="127.0.0.1", port=taken, registry=CollectorRegistry(), live={}, ready={})
    with pytest.raises(OSError, match=r"for health and metrics: .*; set HTTP_PORT to a free port"):
        await server.__aenter__()
