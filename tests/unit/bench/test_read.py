"""What the reading benchmark measures on, and how it compares with its targets."""

from datetime import UTC, datetime

from bench.read import ARTICLE_CHARACTERS, MEGABYTE, Measured, as_articles, as_teaser, hostile_inputs
from shared.events.item import Item

ITEMS = [
    Item(
        item_id=key, event_id=key, feed="f", outlet="o", url="", lang=lang, title=key, summary=f"summary {key}", content=content,
        published=datetime(2026, 3, 2, tzinfo=UTC),
    )
    for key, lang, content in (("1", "en", None), ("2", "en", "an English body"), ("3", "ar", "نص عربي"))
]  # fmt: skip


def test_an_article_is_long_and_keeps_to_its_language() -> None:
    articles = as_articles(ITEMS)
    assert all(len(one.content or "") >= ARTICLE_CHARACTERS for one in articles)
    assert "نص" not in (articles[1].content or "")
    assert (articles[1].content or "").startswith("an English body")
    assert as_teaser(ITEMS[1]).content is None


def test_more_is_better_for_speed_and_less_for_time() -> None:
    assert "1.50 x" in Measured(name="speed", value=450, target=300, unit="items/s").line()
    assert "2.00 x" in Measured(name="start", value=1.5, target=3, unit="s", is_ceiling=True).line()
    assert Measured(name="speed", value=150, target=300, unit="items/s").line().endswith("MISSED")


def test_hostile_inputs_are_a_megabyte_where_size_is_the_point() -> None:
    sized = {name: item for name, item in hostile_inputs() if name.startswith("1 MB")}
    assert len(sized) > 10
    for name, item in sized.items():
        size = len(f"{item.title}{item.content or ''}".encode("utf-8", "surrogatepass"))
        assert size > 0.9 * MEGABYTE, name
