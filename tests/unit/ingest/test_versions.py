"""Which entries are news, which are changes, and what date they get."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.document import Entry
from services.ingest.identity import IdentityMode, chosen_mode, content_hash, identity, title_hash
from services.ingest.versions import MAX_VERSIONS, identified, new_versions
from shared.events.item import ItemChange
from tests.support.ingest_fakes import NOON, a_feed

FEED = a_feed()
HOUR = timedelta(hours=1)


def entry(guid="1", title="Four killed", summary="In a village.", *, published=NOON - HOUR, url=None, content=None):
    return Entry(
        guid=guid,
        url=f"https://dijla.example/{guid}" if url is None else url,
        title=title,
        summary=summary,
        content=content,
        published=published,
        content_hash=content_hash(title, summary, content),
        title_hash=title_hash(title),
    )


def found(*entries, marks=None, first=False, now=NOON, feed=FEED, mode=IdentityMode.GUID):
    return new_versions(
        feed, identified(feed, entries, mode, marks or {}), marks or {}, language=None, is_first_poll=first, now=now
    )


def marks_of(versions):
    return {version.mark.item_id: version.mark for version in versions}


def test_an_unknown_entry_is_a_new_item_with_the_feeds_properties():
    [version] = found(entry())
    item = version.item
    assert (item.version, item.change, item.backfill, item.published_is_estimated) == (1, ItemChange.NEW, False, False)
    assert (item.feed, item.outlet, item.tier, item.lang, item.country) == (FEED.slug, "Dijla News", 1, "en", "IQ")


def test_a_known_entry_is_nothing_new():
    assert found(entry(), marks=marks_of(found(entry()))) == ()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (entry(title="Seven killed"), ItemChange.TITLE),
        (entry(summary="In two villages."), ItemChange.TEXT),
        (entry(content="Much more."), ItemChange.TEXT),
    ],
)
def test_a_changed_entry_is_the_next_version_of_the_same_item(changed, reason):
    first = found(entry())
    [second] = found(changed, marks=marks_of(first))
    assert (second.item.version, second.item.change) == (2, reason)
    assert second.item.item_id == first[0].item.item_id
    assert second.item.event_id != first[0].item.event_id


def test_a_changed_address_alone_is_no_new_version():
    assert found(entry(url="https://dijla.example/1?utm=x"), marks=marks_of(found(entry()))) == ()


def test_a_text_that_changes_on_every_poll_ends():
    marks, published = {}, 0
    for number in range(MAX_VERSIONS + 10):
        versions = found(entry(summary=f"{number} readers"), marks=marks)
        published += len(versions)
        marks |= marks_of(versions)
    assert published == MAX_VERSIONS


def test_the_same_input_gives_the_same_ids_and_every_feed_its_own():
    one, two = found(entry()), found(entry())
    assert one == two
    assert found(entry(), feed=a_feed("other"))[0].item.item_id != one[0].item.item_id


def test_the_feeds_address_is_no_part_of_an_items_identity():
    moved = a_feed(url="https://elsewhere.example/")
    assert found(entry(), feed=moved)[0].item.item_id == found(entry())[0].item.item_id


def test_items_are_published_oldest_first():
    newest_first = [entry(str(n), f"Story {n}", published=NOON - n * HOUR) for n in range(5)]
    assert [version.item.title for version in found(*newest_first)] == [f"Story {n}" for n in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize("published", [None, NOON + 3 * HOUR, NOON.replace(year=1970)])
def test_an_impossible_date_becomes_the_time_of_first_sight_once(published):
    first = found(entry(published=published))
    assert (first[0].item.published, first[0].item.published_is_estimated) == (NOON, True)
    [second] = found(entry(title="Seven killed", published=published), marks=marks_of(first), now=NOON + 5 * HOUR)
    assert (second.item.published, second.item.published_is_estimated) == (NOON, True)


def test_a_date_a_few_minutes_ahead_is_a_clock_not_a_lie():
    [version] = found(entry(published=NOON + timedelta(minutes=5)))
    assert (version.item.published, version.item.published_is_estimated) == (NOON, False)


def test_a_date_that_a_whole_feed_shares_is_nobodys():
    versions = found(*(entry(str(n), published=NOON - HOUR) for n in range(5)))
    assert all(version.item.published_is_estimated for version in versions)


@pytest.mark.parametrize(
    ("published", "backfill"),
    [(NOON - 25 * HOUR, True), (NOON - 23 * HOUR, False), (NOON + 3 * HOUR, False), (None, True)],
)
def test_on_a_first_poll_what_may_be_old_is_backfill(published, backfill):
    assert found(entry(published=published), first=True)[0].item.backfill is backfill


def test_later_an_old_date_is_news_told_late():
    assert found(entry(published=NOON - 100 * HOUR))[0].item.backfill is False


def test_editing_an_old_story_does_not_make_it_news():
    marks = marks_of(found(entry(published=NOON - 100 * HOUR), first=True))
    assert found(entry(title="Edited", published=NOON - 100 * HOUR), marks=marks)[0].item.backfill is True


@given(st.lists(st.sampled_from([entry(str(n), f"Story {n}") for n in range(8)]), max_size=12))
def test_however_entries_repeat_each_item_is_published_once(entries):
    versions = found(*entries)
    assert len({version.item.event_id for version in versions}) == len(versions) == len({one.guid for one in entries})
    assert found(*entries, marks=marks_of(versions)) == ()


def test_items_are_named_by_guid_else_link_else_text():
    assert identity(entry("7"), IdentityMode.GUID) == "guid:7"
    assert identity(entry("", url="https://x.example/1"), IdentityMode.GUID) == "link:https://x.example/1"
    assert identity(entry("", url=""), IdentityMode.GUID).startswith("text:Four killed\n2026-04-11")


def test_one_doubled_guid_among_many_is_forgiven():
    entries = [entry(str(n), f"Story {n}") for n in range(30)] + [entry("0", "Another")]
    assert chosen_mode(entries, IdentityMode.GUID) is IdentityMode.GUID


def test_a_guid_that_all_share_is_not_believed():
    entries = [entry("same", f"Story {n}", url=f"https://x.example/{n}") for n in range(10)]
    assert chosen_mode(entries, IdentityMode.GUID) is IdentityMode.LINK
    assert len(found(*entries, mode=IdentityMode.LINK)) == 10


def test_a_feed_that_is_degraded_later_does_not_publish_its_known_items_again():
    before = [entry("same", "Story 0", url="https://x.example/0")]
    marks = marks_of(found(*before))
    after = [entry("same", f"Story {n}", url=f"https://x.example/{n}") for n in range(4)]
    versions = found(*after, marks=marks, mode=IdentityMode.LINK)
    assert {version.item.title for version in versions} == {"Story 1", "Story 2", "Story 3"}
    marks |= marks_of(versions)
    assert found(*after, marks=marks, mode=IdentityMode.LINK) == ()


def test_when_the_link_clashes_too_the_text_names_the_item():
    entries = [entry("same", f"Story {n}", url="https://x.example/") for n in range(10)]
    assert chosen_mode(entries, IdentityMode.GUID) is IdentityMode.TEXT


def test_a_degraded_feed_is_never_promoted_again():
    assert chosen_mode([entry("1")], IdentityMode.LINK) is IdentityMode.LINK


@pytest.mark.parametrize(
    "title",
    [
        "[Withdrawn] Four killed",
        "STORY REMOVED: Four killed in a village",
        "WITHDRAWN: Four killed",
        "Removed",
        "This article has been removed.",
        "The story was withdrawn because of an error",
        "تم حذف الخبر",
        "(تم سحب هذا المقال)",
        "هەواڵەکە سڕایەوە",
    ],
)
def test_a_known_item_whose_title_says_that_it_was_taken_back_is_withdrawn(title):
    [version] = found(entry(title=title), marks=marks_of(found(entry())))
    assert version.item.change is ItemChange.WITHDRAWN


@pytest.mark.parametrize(
    "title",
    [
        "Removed from office: governor of Kirkuk",
        "Four bodies removed from rubble",
        "Forces withdrawn from Sinjar",
        "Withdrawn troops return",
        "Retracted: four killed",
        "Deleted scenes",
        "Story of a village",
        "حذف الأصفار من العملة",
        "سحب القوات من سنجار",
    ],
)
def test_words_of_withdrawal_in_ordinary_titles_withdraw_nothing(title):
    [version] = found(entry(title=title), marks=marks_of(found(entry())))
    assert version.item.change is ItemChange.TITLE


def test_an_item_first_seen_under_such_a_title_is_only_new():
    assert found(entry(title="Removed"))[0].item.change is ItemChange.NEW


def test_an_item_that_had_all_its_versions_can_still_be_withdrawn():
    marks = marks_of(found(entry()))
    worn = {one: replace(mark, version=MAX_VERSIONS) for one, mark in marks.items()}
    assert found(entry(title="Another title"), marks=worn) == ()
    assert found(entry(title="Removed"), marks=worn)[0].item.change is ItemChange.WITHDRAWN
