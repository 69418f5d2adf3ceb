"""What bounds linking: thresholds, windows and limits, each with its reason."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkSettings:
    """The numbers of linking. Thresholds are sums of the weights in ``likeness.py``; a lower one joins more, a higher one splits more."""

    report_threshold: float = 2.8
    """First-hand news joins at this score. A wrong merge hides an attack and costs more than a repeated alert, so it is the highest."""
    doubt_from: float = 0.6
    """A report that the reader is less sure of is as likely an update or a reaction, and its facts disagree more: less is enough."""
    doubt_weight: float = 2.0
    """How much less for each point of confidence below that."""
    least_report_threshold: float = 2.0
    """But never less than this."""
    update_threshold: float = 1.5
    """An update speaks of an attack that is already reported: less is enough."""
    elsewhere_threshold: float = 0.5
    """The same for one that agrees in everything but the place, for whose conflict it has lost three points already."""
    known_threshold: float = 0.0
    """An update that would open an attack of its own joins the nearest one known from this score, for there is nothing else it can speak of."""
    known_elsewhere_threshold: float = -1.0
    """The same for one that tells a higher toll and names another town: the hospital's, or one misread."""
    reaction_threshold: float = 0.9
    """A reaction alerts nobody when it attaches, and would alert wrongly if it opened."""
    other_region_margin: float = 0.8
    """How much more an update or a reaction without a place needs in link regions other than that of the unknown, each of which sees it."""
    clear_reaction_threshold: float = 0.2
    """The same for one that names a place and fits no other incident nearly as well."""
    unplaced_reaction_threshold: float = 1.4
    """The same for one that names none: a day and a word for an attack are not enough."""
    retraction_threshold: float = 1.2
    """A retraction names what it takes back; below this it is not known which."""
    unplaced_margin: float = 0.6
    """A text without a place attaches only when it fits one incident better than any other by this much."""
    split_margin: float = 1.0
    """How much better a telling must fit a newly told attack than the incident it had joined, to move there."""
    same_text: float = 0.8
    """Share of equal signature values from which two texts are copies of one."""

    join_window: timedelta = timedelta(days=14)
    """A report may join when its date is within this of the incident's (design, promise 5)."""
    reaction_window: timedelta = timedelta(days=30)
    """The same for a reaction, which is one up to a month after (design, "What counts"); it alerts nobody."""
    retraction_window: timedelta = timedelta(days=90)
    """The same for a retraction."""
    denial_waits: timedelta = timedelta(days=3)
    """A denial that came first is applied to news published within this of it."""
    archive_age: timedelta = timedelta(days=13)
    """An attack told more than this after it happened is an archive story: it may join, never open."""
    reaction_age: timedelta = timedelta(days=30)
    """A reaction to an older attack is no news of it (design, "What counts")."""

    expires_after: timedelta = timedelta(hours=48)
    """How long an alert stays current, from the day of the attack or the last update."""
    opening_confidence: float = 0.2
    """Below this the reader as good as says that there is no attack: such a report may join, not open."""
    unplaced_opening_confidence: float = 0.35
    """The same for a report without any place: nobody who watches an area would hear of it, and most are no news of an attack."""
    uncounted_opening_confidence: float = 0.4
    """The same for one that counts nobody hurt: a bomb defused and a bomber stopped are told in the same words as attacks."""
    vague_opening_confidence: float = 0.65
    """The same for a report of no finer place than a country that counts nobody: half of them are stories of something else."""
    sure_from: float = 0.5
    """Facts of a telling that the reader is at least so sure of stand."""
    unsure_below: float = 0.35
    """Facts of one below this count for nothing where others tell surer: half of them are of a story that is no news of the attack."""
    further_event_factor: float = 0.7
    """Confidence of a further attack of an item, as a share of the reader's."""

    max_killed: int = 3_000
    """A higher figure is kept out and counted: no single attack since 1945 outside war crimes of days has one, slips of digits do."""
    max_killed_by_mine: int = 40
    """More dead by mines alone is the count of a year and a country: it may join, never open."""
    max_killed_unsure: int = 500
    """The same of a report that is read less surely than ``season_confidence``."""
    season_confidence: float = 0.7
    """Hundreds of dead on one day are known to be so; those of a season are read as a report now and then."""
    max_wounded: int = 20_000
    """The same for wounded."""
    max_listed: int = 50
    """Sources and toll entries that a change lists; the counts count all. Keeps a change below 256 kB."""
    max_evidence: int = 27
    """Pieces of evidence that a change lists."""
    max_text: int = 300
    """Characters of a title or of a piece of evidence that a change keeps."""
    max_url: int = 1_000
    """A longer address is left out: cut, it would lead nowhere."""
    max_told_evidence: int = 12
    """Pieces of evidence that are kept of one telling."""
    max_moved: int = 12
    """Tellings that one change moves; a merge of more makes several changes, so that each stays below 256 kB."""
    max_candidates: int = 400
    """Incidents a report is compared with at most, nearest dates first. Bounds the work of a report that names no place."""
