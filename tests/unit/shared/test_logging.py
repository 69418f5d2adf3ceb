"""Logs that stay readable while a server is away."""

import logging

from shared.logging import Sparing


def said(name: str, message: str, *details: object) -> logging.LogRecord:
    return logging.LogRecord(name, logging.ERROR, "file", 1, message, details, None)


def test_a_library_that_repeats_itself_is_heard_once_in_a_while_with_how_often() -> None:
    now = 100.0
    sparing = Sparing(seconds=10, monotonic=lambda: now)
    passed = [
        record
        for number in range(500)
        if sparing.filter(record := said("aiokafka.client", "no way to node %s", number))
    ]
    assert [record.getMessage() for record in passed] == ["no way to node 0"]
    now = 111.0
    later = said("aiokafka.client", "no way to node %s", 500)
    assert sparing.filter(later)
    assert later.getMessage() == "no way to node 500 (499 more like it left out)"


def test_another_message_and_our_own_are_always_heard() -> None:
    sparing = Sparing(seconds=10, monotonic=lambda: 0.0)
    assert sparing.filter(said("aiokafka.client", "no way"))
    assert sparing.filter(said("aiokafka.client", "something else"))
    assert all(sparing.filter(said("services.alert", "alert.delivered")) for _ in range(100))
