"""Configuration of a stack that plays a recorded day on loopback: feed list, watch, settings of the services."""

from collections.abc import Mapping
from pathlib import Path

import yaml

from services.standalone.feed_server import FeedServer

_LOOPBACK = "127.0.0.0/8"


def feeds_document(server: FeedServer) -> Mapping[str, object]:
    """The feed list of a recorded day, polled every second."""
    return {
        "feeds": [
            {
                "slug": listing.slug,
                "url": listing.url,
                "outlet": listing.outlet,
                "language": listing.language,
                **({"country": listing.country} if listing.country else {}),
                "tier": listing.tier,
                "interval_seconds": 1,
            }
            for listing in server.listings
        ]
    }


def watches_document(webhook_url: str, secret: str) -> Mapping[str, object]:
    """One watch, Diyala, told by webhook and by mail."""
    return {
        "endpoints": {
            "desk-webhook": {"channel": "webhook", "url": webhook_url, "secret": secret},
            "desk-mail": {"channel": "email", "to": "desk@watch.example"},
        },
        "watches": {
            "diyala": {
                "name": "Diyala",
                "places": ["Diyala"],
                "endpoints": ["desk-webhook", "desk-mail"],
                "heartbeat": False,  # the recorded day is compared with what arrives, and a real morning may pass
            }
        },
    }


def service_settings(mail_port: int) -> Mapping[str, Mapping[str, str]]:
    """Settings of the services: loopback is opened by name, the pollers may hurry, mail goes to the catcher."""
    return {
        "ingest": {
            "TOCSIN_INGEST_ALLOW_NETWORKS": _LOOPBACK,
            "TOCSIN_INGEST_MIN_POLL_SECONDS": "1",
            "TOCSIN_INGEST_HOST_DELAY_SECONDS": "0",
            "TOCSIN_INGEST_HOST_CONNECTIONS": "4",
            "TOCSIN_INGEST_PARSE_WORKERS": "1",
            "TOCSIN_INGEST_CANARY_SECONDS": "0",  # a recorded day has no test items
        },
        "alert": {
            "TOCSIN_ALERT_ALLOW_NETWORKS": _LOOPBACK,
            "TOCSIN_ALERT_SMTP_HOST": "127.0.0.1",
            "TOCSIN_ALERT_SMTP_PORT": str(mail_port),
            "TOCSIN_ALERT_SMTP_TLS": "none",
        },
    }


def write_yaml(path: Path, content: Mapping[str, object]) -> Path:
    """Write a configuration file that only its owner can read (it may hold a secret), and return its path."""
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    path.chmod(0o600)
    return path
