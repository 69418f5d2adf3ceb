"""Reads the attack's own place from a document: ``PlaceReader(gazetteer).read(document)``.

Names that the text gives for other reasons (dateline, speaker, background, ends of a road, actors) are weighed down, not thrown
away: a report that says nothing else still has a place. A name that cannot be settled never empties the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from services.classify.read.place_adjectives import AT_HOME, countries_spoken_of
from services.classify.read.place_capital import capital_told
from services.classify.read.place_choice import settle
from services.classify.read.place_context import Context, Settled, context_of
from services.classify.read.place_doubt import reconsidered
from services.classify.read.place_mentions import Mention, mentions_in
from services.classify.read.place_past import background_factor
from services.classify.read.place_reading import Reading
from services.classify.read.place_roles import read_mentions
from services.classify.read.place_scene import choose, sentence_weights
from services.classify.read.place_town import is_town_of, means_the_town, own_keys
from services.classify.read.place_unknown import coherent
from services.classify.read.place_words import Level, Nearness, Role
from services.classify.read.text import Document
from shared.events.facts import Candidate, Evidence, Place, Precision
from shared.geo.gazetteer import Gazetteer, contains
from shared.geo.names import name_key, skeleton, word_key
from shared.geo.rows import Entry, EntryKind

MAX_CANDIDATES = 8
_STRIKES_ABROAD = frozenset(["TR", "IR", "IL", "RU", "US", "GB", "FR", "IT", "DE", "SA", "AE", "UA", "IN", "PK", "RW"])
_CITIES = (EntryKind.GOVERNORATE, EntryKind.DISTRICT, EntryKind.SUBDISTRICT, EntryKind.TOWN)
_LIKENESS = 84  # of 100, between an unknown village's name and a gazetteer name of the district


@dataclass(frozen=True, kw_only=True)
class PlaceReading:
    """The attack's place with the words it comes from; ``rejected`` says, for ``explain``, what else was named and why not."""

    place: Place | None
    evidence: tuple[Evidence, ...] = ()
    rejected: tuple[str, ...] = ()


class PlaceReader:
    """Finds the attack's own place. Pure: the same document gives the same reading."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def read(self, document: Document, sentences: Sequence[int] | None = None) -> PlaceReading:
        """Return where the attack was. ``sentences`` are indexes of those that tell the attack, best first; never raises on any text."""
        mentions = mentions_in(self._gazetteer, document.sentences, document.lang)
        readings = read_mentions(mentions, document.published)
        context = context_of(readings, countries_spoken_of(document, self._gazetteer), document.country)
        settled = [
            one for one in (settle(reading, context, self._gazetteer) for reading in readings) if one is not None
        ]
        settled = coherent(settled)
        weights = sentence_weights(len(document.sentences), [s.field for s in document.sentences], sentences)
        weights = [
            w * background_factor(s, document.published) for w, s in zip(weights, document.sentences, strict=True)
        ]
        chosen = reconsidered(choose(settled, weights), settled, readings, context, self._gazetteer)
        rejected = _rejections(readings, settled, chosen)
        alone = self._country_alone(context)
        capital = capital_told(document, self._gazetteer)
        if capital is not None and _leaves_open(chosen, capital[0]):
            return PlaceReading(place=_capital_of(capital[0]), rejected=rejected)
        if chosen is None or (_is_only_an_actor(chosen) and alone is not None):
            return PlaceReading(place=alone, rejected=rejected)
        place = self._place(chosen, settled, context, document)
        if place is None:
            return PlaceReading(place=alone, rejected=rejected)
        return PlaceReading(place=place, evidence=_evidence(document, chosen, settled), rejected=rejected)

    def _place(self, chosen: Settled, settled: Sequence[Settled], context: Context, document: Document) -> Place | None:
        reading = chosen.reading
        if reading.is_between and (other := _other_end(chosen, settled)) is not None:
            return self._between(chosen, other, document)
        if chosen.entry is None:
            city = _city_of_quarter(chosen, settled)
            if city is None or city.entry is None:
                return self._unsettled(chosen, settled)
            return _place_of(city.reading.mention, self._town_of(city.entry), city.reading, _container(city, settled))
        entry = self._finer(chosen.entry, reading, document, settled)
        container = _container(chosen, settled)
        place = _place_of(reading.mention, entry, reading, container)
        if (
            entry.kind is EntryKind.SITE
            and place.lat is None
            and (beside := _reference_of(chosen, settled)) is not None
        ):
            town = _place_of(reading.mention, self._town_of(beside), reading, None)
            return town if town.lat is not None and place.admin1 in (None, town.admin1) else place
        return place

    def _town_of(self, entry: Entry) -> Entry:
        """The main town of a unit; anything else stands for itself."""
        centre = self._gazetteer.centre_of(entry) if entry.kind is not EntryKind.COUNTRY else None
        return entry if centre is None else centre

    def _finer(self, entry: Entry, reading: Reading, document: Document, settled: Sequence[Settled]) -> Entry:
        """A unit that shares its name with its main town is the town when the wording means the town, or leaves it open.

        "In Kifri" is the town; "in Kifri district" and "a village in Kifri" are not. A governorate's name is its city only
        where things of a city are told.
        """
        if (
            entry.kind not in (EntryKind.GOVERNORATE, EntryKind.DISTRICT, EntryKind.SUBDISTRICT)
            or entry.country != "IQ"
        ):
            return entry
        towns = [m.entry for m in reading.mention.matches if is_town_of(m.entry, entry)]
        if entry.kind is EntryKind.SUBDISTRICT and entry.centre is None and not towns:
            bearers = [m.entry for name in (entry.name, entry.ar) if name for m in self._gazetteer.lookup(name)]
            towns = [place for place in bearers if is_town_of(place, entry)]
        own = [town for town in towns if reading.mention.key in own_keys(town)]
        centre = next(iter(own or towns), None)
        if centre is None:
            centre_entry = self._gazetteer.centre_of(entry)
            if centre_entry is not None and entry.kind is EntryKind.SUBDISTRICT:
                return centre_entry
            return entry
        same = [one.reading for one in settled if one.reading.mention.key == reading.mention.key]
        return centre if means_the_town(entry, reading, same, document) else entry

    def _between(self, one: Settled, other: Settled, document: Document) -> Place | None:
        """ "Between A and B" is the smallest unit that holds both, without a point; both ends are candidates."""
        ends = [s.entry for s in (one, other) if s.entry is not None]
        first, last = sorted((one.reading.mention, other.reading.mention), key=lambda m: m.start)
        name = " ".join(document.quote(first.sentence.field, first.start, last.end).split())
        common: Entry | None = None
        for code in (
            _shared(ends, "admin3"), _shared(ends, "admin2"), _shared(ends, "admin1"), _shared(ends, "country"),
        ):  # fmt: skip
            if code is not None and (common := self._gazetteer.unit(code)) is not None:
                break
        if common is None:
            return None
        place = _place_of(one.reading.mention, common, one.reading, None)
        return Place(
            name=name, precision=place.precision, country=place.country, admin1=place.admin1, admin2=place.admin2, admin3=place.admin3,
            candidates=tuple(_candidate(entry) for entry in ends),
        )  # fmt: skip

    def _unsettled(self, chosen: Settled, settled: Sequence[Settled]) -> Place | None:
        """A village that cannot be settled stands at the level that holds it, with its candidates, not guessed."""
        mention = chosen.reading.mention
        container = _container(chosen, settled)
        rivals = list(chosen.rivals)
        if not rivals and container is not None and container.admin2 is not None and container.country == "IQ":
            rivals = self._alike_in(container.admin2, mention.name)
            if len(rivals) == 1 and mention.is_unknown and _is_respelling(mention.name, rivals[0]):
                return _place_of(mention, rivals[0], chosen.reading, container)
        if container is None and rivals:
            for level in ("admin2", "admin1", "country"):
                code = _shared(rivals, level)
                if code is not None and (container := self._gazetteer.unit(code)) is not None:
                    break
        if container is None:
            return None
        precision = {
            EntryKind.COUNTRY: Precision.COUNTRY, EntryKind.REGION: Precision.COUNTRY, EntryKind.GOVERNORATE: Precision.GOVERNORATE,
        }.get(container.kind, Precision.DISTRICT)  # fmt: skip
        return Place(
            name=mention.name, precision=precision, country=container.country, admin1=container.admin1, admin2=container.admin2,
            candidates=tuple(_candidate(entry) for entry in rivals[:MAX_CANDIDATES]),
        )  # fmt: skip

    def _country_alone(self, context: Context) -> Place | None:
        """With no place named, the country that the text speaks of, if it speaks of one."""
        named = sorted(context.countries.items(), key=lambda item: (-item[1], item[0]))
        if not named or named[0][1] < 0.3 or (len(named) > 1 and named[0][1] == named[1][1]):
            return None
        if named[0][1] < AT_HOME and named[0][0] in _STRIKES_ABROAD:
            return None  # only adjectives name it: "Turkish jets" are as often abroad
        unit = self._gazetteer.unit(named[0][0])
        return Place(name=unit.name if unit else named[0][0], precision=Precision.COUNTRY, country=named[0][0])

    def _alike_in(self, district: str, name: str) -> list[Entry]:
        """Places of a district whose name, or a word of it, is like ``name``, likest first."""
        key, bone = name_key(name), skeleton(name)
        scored: list[tuple[float, int, Entry]] = []
        for entry in self._gazetteer.places_in(district):
            spelled = [n for n in (entry.name, entry.ar, entry.ckb) if n]
            best = 0.0
            for spelling in spelled:
                for word in (name_key(spelling), *map(word_key, spelling.split())):
                    best = max(
                        best, fuzz.ratio(key, word), 90.0 if bone and len(bone) > 1 and skeleton(word) == bone else 0.0
                    )
            if best >= _LIKENESS:
                scored.append((best, entry.rank, entry))
        scored.sort(key=lambda s: (-s[0], -s[1], s[2].geonameid or 0))
        return [entry for _, _, entry in scored[:MAX_CANDIDATES]]


def _leaves_open(chosen: Settled | None, capital: Entry) -> bool:
    """Whether the text names no place beside the capital's country."""
    if chosen is None:
        return True
    entry = chosen.entry
    return entry is not None and entry.kind is EntryKind.COUNTRY and entry.country == capital.country


def _capital_of(entry: Entry) -> Place:
    """An unnamed capital goes by its own name; Baghdad by its governorate's, without a point."""
    is_town = entry.kind is EntryKind.TOWN
    return Place(
        name=entry.name, geonameid=entry.geonameid if is_town else None, lat=entry.lat if is_town else None, lon=entry.lon if is_town else None,
        precision=Precision.TOWN if is_town else Precision.GOVERNORATE, country=entry.country, admin1=entry.admin1,
    )  # fmt: skip


def _is_only_an_actor(chosen: Settled) -> bool:
    """Whether the choice is but a country that struck, backed or lies behind a border: any other that is spoken of goes before it."""
    entry = chosen.entry
    return chosen.reading.role is Role.ACTOR and entry is not None and entry.kind is EntryKind.COUNTRY


def _is_respelling(name: str, entry: Entry) -> bool:
    """Whether the whole name, not a word of it, is the same but for spelling."""
    return any(skeleton(name) == skeleton(other) for other in (entry.name, entry.ar, entry.ckb) if other)


def _city_of_quarter(chosen: Settled, settled: Sequence[Settled]) -> Settled | None:
    """The town of an unknown quarter: written beside it ("في حي التحرير بمدينة بعقوبة"), or else the one told of before it."""
    if chosen.reading.level is not Level.NEIGHBOURHOOD:
        return None
    towns = [
        other
        for other in settled
        if other is not chosen and other.entry is not None and other.fineness >= 2 and other.entry.kind in _CITIES
    ]
    sentence = chosen.reading.mention.sentence
    beside = [o for o in towns if o.reading.mention.sentence is sentence and o.reading.role is Role.SCENE]
    before = [
        o
        for o in towns
        if o.reading.mention.sentence.index < sentence.index and o.reading.role in (Role.SCENE, Role.PLAIN)
    ]
    after = [o for o in towns if o.reading.role in (Role.SCENE, Role.DATELINE, Role.INSTITUTION)]
    return next(iter((*beside, *before, *after)), None)


def _reference_of(chosen: Settled, settled: Sequence[Settled]) -> Entry | None:
    """The town that says where a site lies: "a tunnel in Wadi Hauran, south of al-Baghdadi"."""
    mention = chosen.reading.mention
    for other in settled:
        gap = other.reading.mention.first - mention.last
        beside = other.reading.mention.sentence is mention.sentence and 0 < gap <= 9
        if beside and other.entry is not None and other.reading.nearness is Nearness.NEAR and other.fineness >= 3:
            return other.entry
    return None


def _other_end(chosen: Settled, settled: Sequence[Settled]) -> Settled | None:
    for other in settled:
        if (
            other is not chosen
            and other.entry is not None
            and other.reading.is_between
            and other.reading.mention.sentence is chosen.reading.mention.sentence
        ):
            return other if chosen.entry is not None else None
    return None


def _shared(entries: Sequence[Entry], level: str) -> str | None:
    codes = {getattr(entry, level) for entry in entries}
    return next(iter(codes)) if len(codes) == 1 else None


def _container(chosen: Settled, settled: Sequence[Settled]) -> Entry | None:
    """The finest unit that the text names as holding the chosen place: in its own sentence first."""
    best: tuple[float, Entry] | None = None
    for other in settled:
        if other is chosen or other.entry is None or other.fineness >= 5 or other.reading.role is Role.ACTOR:
            continue
        if chosen.entry is not None and not (
            contains(other.entry, chosen.entry) or _may_hold_site(other.entry, chosen.entry)
        ):
            continue
        if other.entry.country != "IQ" and other.entry.kind is EntryKind.TOWN:
            continue
        near = other.reading.mention.sentence is chosen.reading.mention.sentence
        gap = other.reading.mention.first - chosen.reading.mention.last
        after = near and other.reading.mention.first > chosen.reading.mention.last
        value = other.reading.weight * (3 if after else 2 if near else 1) + other.fineness * 0.3
        if other.reading.role in (Role.DATELINE, Role.BACKGROUND, Role.ROAD):
            value -= 1.5
        if chosen.entry is None:  # nothing but the wording says what holds an unsettled name
            is_beside = other.reading.nearness is Nearness.NEAR and other.entry.kind is not EntryKind.COUNTRY
            value -= 2.0 if is_beside else 0.0
            value += 1.0 if after and gap <= 5 else 0.0
        if best is None or value > best[0]:
            best = (value, other.entry)
    return None if best is None else best[1]


def _may_hold_site(unit: Entry, site: Entry) -> bool:
    """Whether a unit may hold a site that the sources give no unit of its own: "Wadi al-Shay, in Daquq district"."""
    if site.kind not in (EntryKind.SITE, EntryKind.REGION) or site.country != unit.country:
        return False
    if site.admin1 is None:
        return unit.kind in (EntryKind.DISTRICT, EntryKind.GOVERNORATE)
    return site.admin2 is None and unit.kind is EntryKind.DISTRICT and site.admin1 == unit.admin1


def _place_of(mention: Mention, entry: Entry, reading: Reading, container: Entry | None) -> Place:
    precision = {
        EntryKind.COUNTRY: Precision.COUNTRY, EntryKind.REGION: Precision.COUNTRY, EntryKind.GOVERNORATE: Precision.GOVERNORATE,
        EntryKind.DISTRICT: Precision.DISTRICT, EntryKind.SUBDISTRICT: Precision.SUBDISTRICT, EntryKind.TOWN: Precision.TOWN,
        EntryKind.VILLAGE: Precision.EXACT, EntryKind.SITE: Precision.TOWN,
    }[entry.kind]  # fmt: skip
    admin1, admin2, admin3 = entry.admin1, entry.admin2, entry.admin3
    pointless = (
        entry.kind
        in (EntryKind.COUNTRY, EntryKind.REGION, EntryKind.GOVERNORATE, EntryKind.DISTRICT, EntryKind.SUBDISTRICT)
        or entry.lat is None
    )
    if (
        container is not None and container.country == entry.country
    ):  # a site without codes of its own takes those of its container
        admin1 = admin1 or container.admin1
        if admin1 == container.admin1:
            admin2 = admin2 or container.admin2
    if pointless and precision in (Precision.TOWN, Precision.EXACT, Precision.COUNTRY):
        precision = Precision.DISTRICT if admin2 else Precision.GOVERNORATE if admin1 else Precision.COUNTRY
    if precision is Precision.EXACT and reading.nearness is not Nearness.AT and reading.nearness is not Nearness.INSIDE:
        precision = Precision.TOWN
    return Place(
        name=mention.name, geonameid=entry.geonameid if not pointless else None, lat=None if pointless else entry.lat,
        lon=None if pointless else entry.lon, precision=precision, country=entry.country, admin1=admin1, admin2=admin2, admin3=admin3,
    )  # fmt: skip


def _candidate(entry: Entry) -> Candidate:
    return Candidate(
        name=entry.name,
        geonameid=entry.geonameid,
        lat=entry.lat,
        lon=entry.lon,
        admin1=entry.admin1,
        admin2=entry.admin2,
    )


def _evidence(document: Document, chosen: Settled, settled: Sequence[Settled]) -> tuple[Evidence, ...]:
    """The name's own words, and those of the unit beside it that settled it."""
    spans = [chosen.reading.mention]
    for other in settled:
        near = other.reading.mention.sentence is chosen.reading.mention.sentence and other is not chosen
        if near and other.entry is not None and chosen.entry is not None and contains(other.entry, chosen.entry):
            spans.append(other.reading.mention)
    return tuple(
        Evidence(
            fact="place",
            field=m.sentence.field,
            text=document.quote(m.sentence.field, m.start, m.end),
            start=m.start,
            end=m.end,
        )
        for m in spans[:3]
    )


def _rejections(readings: Sequence[Reading], settled: Sequence[Settled], chosen: Settled | None) -> tuple[str, ...]:
    kept = {id(one.reading): one for one in settled}
    reasons = []
    for reading in readings:
        one = kept.get(id(reading))
        if one is None:
            reasons.append(f"{reading.mention.name}: not worded as a place")
        elif one is not chosen:
            meaning = one.entry.name if one.entry is not None else "unsettled"
            reasons.append(f"{reading.mention.name} ({meaning}): {reading.role.value}")
    return tuple(reasons[:20])
