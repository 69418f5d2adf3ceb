"""What people ask of their mail, in real PostgreSQL; commands that mend deliveries."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import asyncpg
import pytest
from click.testing import CliRunner, Result

from services.alert.adapters.desk import PostgresDesk
from services.alert.adapters.mail_desk import PostgresMailDesk
from services.alert.adapters.postgres import PostgresLedger
from services.alert.bounce import Bounce, Hardness
from services.alert.deliveries_cli import deliveries
from services.alert.delivery import Delivered
from services.alert.ledger import DeliveryStatus, Taking, first_claim
from services.alert.schema import SCHEMA
from services.alert.watch import EmailEndpoint
from shared.postgres.migrate import upgrade
from tests.integration.test_alert_ledger import _finished
from tests.support.incidents import opened
from tests.unit.alert.test_mail_links import DSN
from tests.unit.alert.test_payload import compose

MAIL = EmailEndpoint(id="mail", to="desk@example.org")
ALERT = compose(opened(), endpoint=MAIL)


@dataclass
class Base:
    """A migrated database."""

    dsn: str
    pool: "asyncpg.Pool[asyncpg.Record]"
    ledger: PostgresLedger
    mails: PostgresMailDesk

    async def deliver(self) -> None:
        """Write one mail down and record that it went out."""
        taking = Taking(delivery_ids=frozenset({ALERT.delivery_id}), lease=timedelta(seconds=30))
        async with self.ledger.transaction() as transaction:
            await transaction.write([], [ALERT], taking=taking)
        await self.ledger.record([_finished(first_claim(ALERT), Delivered(status=250))])

    async def tocsin(self, *arguments: str, given: bytes = b"") -> Result:
        """Run ``tocsin deliveries``."""
        environment = {"TOCSIN_ALERT_POSTGRES_DSN": self.dsn}
        return await asyncio.to_thread(
            lambda: CliRunner().invoke(deliveries, list(arguments), env=environment, input=given)
        )


@pytest.fixture
async def base(postgres_database: str) -> AsyncIterator[Base]:
    await upgrade(postgres_database, SCHEMA)
    pool = await asyncpg.create_pool(postgres_database, min_size=1, max_size=4)
    ledger = PostgresLedger(pool, owner="one")
    yield Base(dsn=postgres_database, pool=pool, ledger=ledger, mails=PostgresMailDesk(pool, ledger))
    await pool.close()


async def test_leaving_and_returning_is_kept_and_repeats_change_nothing(base: Base) -> None:
    for watch_id in ("diyala", "diyala", "*"):
        await base.mails.leave("mail", watch_id)
    assert (await base.mails.rules()).left == {"mail": {"diyala", "*"}}
    await base.mails.return_to("mail", "diyala")
    assert (await base.mails.rules()).left == {}


async def test_an_address_is_asked_once_confirmed_once_and_a_new_one_is_asked_anew(base: Base) -> None:
    asked = await base.mails.ask("mail", "desk@example.org")
    assert asked is not None
    assert await base.mails.ask("mail", "desk@example.org") is None
    assert await base.mails.unasked(["mail", "other"]) == {"mail": asked}
    assert not await base.mails.confirm("mail", "somebody@example.org")
    assert await base.mails.confirm("mail", "desk@example.org")
    assert await base.mails.confirm("mail", "desk@example.org")
    assert (await base.mails.rules()).confirmed == {"mail": "desk@example.org"}
    assert await base.mails.ask("mail", "new@example.org") is not None
    assert (await base.mails.rules()).confirmed == {}


async def test_an_error_is_kept_for_the_desk_a_few_times_and_only_by_who_got_the_mail(base: Base) -> None:
    await base.deliver()
    assert not await base.mails.report(ALERT.delivery_id, "other", "x")
    assert not await base.mails.report("d_unknown", "mail", "x")
    kept = [await base.mails.report(ALERT.delivery_id, "mail", f"wrong {n}\x00") for n in range(6)]
    assert kept == [True] * 5 + [False]
    listed = await base.tocsin("errors")
    assert opened().incident_id in listed.stdout
    assert "    wrong 0" in listed.stdout
    first = (await base.mails.open_reports())[0].report_id
    assert (await base.tocsin("errors", "--close", str(first))).exit_code == 0
    closed = await base.tocsin("errors", "--close", str(first))
    assert (closed.exit_code, "there is no open report" in closed.output) == (1, True)
    assert len(await base.mails.open_reports()) == 4


async def test_a_hard_bounce_disables_the_address_and_a_soft_one_is_counted(base: Base) -> None:
    desk = PostgresDesk(base.pool)
    await base.deliver()
    soft = Bounce(delivery_id=ALERT.delivery_id, hardness=Hardness.SOFT, detail="5.2.2 full")
    assert await base.mails.bounced(soft) == "mail"
    assert await desk.disabled_endpoints() == []
    hard = Bounce(delivery_id=ALERT.delivery_id, hardness=Hardness.HARD, detail="5.1.1 gone")
    assert await base.mails.bounced(hard) == "mail"
    assert await base.mails.bounced(Bounce(delivery_id="d_x", hardness=Hardness.HARD, detail="")) is None
    assert [(one.endpoint_id, one.reason) for one in await desk.disabled_endpoints()] == [("mail", "bounced")]
    detail = await desk.delivery(ALERT.delivery_id)
    assert detail is not None
    assert (detail.row.status, detail.row.reason) == (DeliveryStatus.DEAD, "bounced")
    assert [one.outcome for one in detail.attempts] == ["delivered", "bounced", "bounced"]
    counts = await base.pool.fetchrow("SELECT soft_bounces, hard_bounces FROM tocsin_alert.mail_addresses")
    assert tuple(counts or ()) == (1, 1)


async def test_a_bounce_comes_by_a_pipe_and_what_is_none_is_left_alone(base: Base) -> None:
    await base.deliver()
    bounced = await base.tocsin("bounce", given=DSN.replace(b"d_" + b"a" * 24, ALERT.delivery_id.encode()))
    assert bounced.output == f"hard bounce of {ALERT.delivery_id} to mail\n"
    for given in (DSN, b"Subject: hello\n\nhello"):
        ignored = await base.tocsin("bounce", given=given)
        assert ignored.exit_code == 0


async def test_replaying_says_what_it_cannot_do_and_ends_with_1(base: Base) -> None:
    await base.deliver()
    for arguments, sentence in (
        (["nope"], "there is no delivery nope"),
        ([ALERT.delivery_id], "was delivered; --delivered sends it again all the same"),
        (["--since", "1h"], "nothing to replay: no dead or expired delivery matches"),
    ):
        result = await base.tocsin("replay", *arguments)
        assert (result.exit_code, sentence in result.output) == (1, True), result.output
    again = await base.tocsin("replay", ALERT.delivery_id, "--delivered")
    assert (again.exit_code, again.output) == (0, "1 deliveries are due again\n")
    pending = await base.tocsin("replay", ALERT.delivery_id)
    assert (pending.exit_code, "is pending already" in pending.output) == (1, True)


async def test_an_endpoint_without_anything_waiting_can_be_enabled(base: Base) -> None:
    await base.deliver()
    await base.mails.bounced(Bounce(delivery_id=ALERT.delivery_id, hardness=Hardness.HARD, detail="5.1.1"))
    await base.pool.execute("DELETE FROM tocsin_alert.deliveries")
    result = await base.tocsin("replay", "--endpoint", "mail")
    assert (result.exit_code, result.output) == (0, "mail is enabled; nothing waits for it\n")
    assert await PostgresDesk(base.pool).disabled_endpoints() == []
