"""docs/alerts.md shows what the code makes, and its snippets work."""

import json
import re
import shutil
import subprocess
import time
from base64 import b64encode
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from services.alert.bulletin_payload import bulletin_body
from services.alert.routing import Message
from services.alert.watch import EmailEndpoint
from shared.clock import SystemClock
from tests.support.bulletins import BULLETINS
from tests.support.incidents import opened, updated
from tests.support.places import FewPlaces
from tests.unit.alert.test_payload import compose

DOCUMENT = Path(__file__).parents[3] / "docs" / "alerts.md"
SECRET = "whsec_" + b64encode(bytes(range(32))).decode()


def example_body() -> str:
    """The documented webhook, indented."""
    body = compose(updated(opened()), message=Message.UPDATE, previous=1).body
    return json.dumps(json.loads(body), indent=2, ensure_ascii=False)


def example_mail() -> str:
    """The documented mail's plain text."""
    mailbox = EmailEndpoint(id="mail", to="desk@example.org")
    raw = compose(updated(opened()), message=Message.UPDATE, previous=1, endpoint=mailbox).body
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    part = message.get_body(preferencelist=("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n").strip()


def _block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)\n```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def test_the_documented_payload_is_what_the_code_makes() -> None:
    assert _block("json") == example_body()


def test_the_documented_sign_of_life_is_what_the_code_makes() -> None:
    body = bulletin_body(BULLETINS["heartbeat"], "en", FewPlaces())
    assert json.dumps(json.loads(body), indent=2, ensure_ascii=False) in DOCUMENT.read_text(encoding="utf-8")


def test_the_documented_mail_is_what_the_code_makes() -> None:
    assert example_mail() in DOCUMENT.read_text(encoding="utf-8")


def test_the_documented_check_takes_what_is_genuine_and_nothing_else() -> None:
    names: dict[str, Any] = {}
    exec(_block("python"), names)  # the document's own code
    body = compose(opened()).body
    now = SystemClock().now()
    headers = {
        "webhook-id": "d_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": "v1,bm8= " + Webhook(SECRET).sign("d_1", now, body.decode()),
    }
    names["verify"](SECRET, headers, body)
    for wrong in (
        {"webhook-id": "d_2"},
        {"webhook-timestamp": str(int(time.time()) - 400)},
        {"webhook-signature": "v1,bm8="},
    ):
        with pytest.raises(ValueError, match=r"wrong signature|too old or too new"):
            names["verify"](SECRET, headers | wrong, body)
    with pytest.raises(ValueError, match="wrong signature"):
        names["verify"](SECRET, headers, body + b" ")


_CALL = """
import { readFileSync } from "node:fs";
const given = JSON.parse(readFileSync(0, "utf8"));
for (const one of given) {
  try {
    verify(one.secret, one.headers, Buffer.from(one.body, "base64"));
    console.log("genuine");
  } catch (error) {
    console.log(error.message);
  }
}
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_the_documented_check_in_node_agrees(tmp_path: Path) -> None:
    script = tmp_path / "verify.mjs"
    script.write_text(_block("javascript") + _CALL, encoding="utf-8")
    body = compose(opened()).body
    now = SystemClock().now()
    headers = {
        "webhook-id": "d_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": "v1,bm8= " + Webhook(SECRET).sign("d_1", now, body.decode()),
    }
    cases = [
        (headers, body),
        (headers | {"webhook-id": "d_2"}, body),
        (headers | {"webhook-timestamp": str(int(time.time()) - 400)}, body),
        (headers | {"webhook-timestamp": "soon"}, body),
        (headers | {"webhook-signature": "v1,bm8="}, body),
        (headers, body + b" "),
    ]
    given = [{"secret": SECRET, "headers": said, "body": b64encode(sent).decode()} for said, sent in cases]
    done = subprocess.run(
        ["node", str(script)], input=json.dumps(given), capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout.splitlines() == [
        "genuine", "wrong signature", "too old or too new", "too old or too new", "wrong signature", "wrong signature",
    ]  # fmt: skip
