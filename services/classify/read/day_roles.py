"""What a day named in a sentence is the day of: the attack, a word spoken about it, or something before it."""

from collections.abc import Sequence
from dataclasses import replace

from services.classify.read import calendar_words as calendar
from services.classify.read.day_words import DayMention, DayWords
from services.classify.read.number_words import words
from shared.letters import fold

_SORANI_SPEECH = tuple(words("ڕایگەیاند رایگەیاند ئیدانە گوتی وتی داوای سەردانی ناشتنی خۆپیشاندان"))
_CLAUSE = 18
_PLUPERFECT = 4


class DayRoles:
    """Judges the days of one sentence by all of its words."""

    def __init__(self, words: DayWords) -> None:
        self._sentence = words.sentence
        self._lang = words.lang
        self._tokens = words.tokens
        self._keys = words.keys
        self._key = words.key
        self._plain = words.plain

    def judge(self, found: Sequence[DayMention]) -> list[DayMention]:
        """Return the days with their roles; what was before the news is left out, and one day named twice is one."""
        judged = [self._judged(mention) for mention in found if not self._is_of_before(mention)]
        return self._without_repetition([self._told_by_speaker(judged, at) for at in range(len(judged))])

    def _judged(self, mention: DayMention) -> DayMention:
        is_told = any(word in calendar.ATTACK_WORDS for word in self._keys[: mention.start])
        is_owned = self._is_owned(mention)
        return replace(
            mention,
            is_owned=is_owned,
            is_speech=not is_owned and self._is_speech(mention),
            is_trailing=is_told and not {"after", "following"} & set(self._keys[mention.end :]),
        )

    def _is_owned(self, mention: DayMention) -> bool:
        if self._lang == "en":
            end = self._tokens[mention.end - 1].end - self._sentence.start
            return self._sentence.text[end : end + 1] in {"'", "’"}
        before = [self._plain(at) for at in range(max(0, mention.start - 2), mention.start)]
        definite = calendar.DEFINITE_ATTACK[self._lang] | (calendar.OF_ATTACK_AR if self._lang == "ar" else frozenset())
        return any(word in definite for word in before)

    def _is_speech(self, mention: DayMention) -> bool:
        if self._lang == "ar":
            return self._is_arabic_speech(mention)
        if self._lang == "ckb":
            return any(self._key(at).startswith(_SORANI_SPEECH) for at in range(mention.end, mention.end + 3))
        at = mention.start - 1
        while (
            self._key(at) in {"on", "late", "early", "in", "a", "statement", ",", "the", "by", "again", "also"}
            and at > mention.start - 5
        ):
            at -= 1
        if self._key(at) in calendar.SPEECH:
            return True
        if self._is_told_to(mention.start - 2):
            return True
        following = self._key(mention.end + (self._key(mention.end) == ","))
        near = self._keys[max(0, mention.start - 8) : mention.start]
        return following in calendar.SPEECH and not any(word in calendar.ATTACK_WORDS for word in near)

    def _is_told_to(self, at: int) -> bool:
        """ "An officer told Northern Wire on Friday": the outlet stands between the verb and the day."""
        for back in range(1, 4):
            if self._key(at - back + 1) in calendar.ATTACK_WORDS:
                return False
            if self._key(at - back) == "told":
                return self._key(at + 1) == "on"
        return False

    def _is_arabic_speech(self, mention: DayMention) -> bool:
        """ "وقال المحافظ، اليوم الأحد، إن …": a verb of speech before it, with neither "that" nor the attack between."""
        for at in range(mention.start - 1, max(-1, mention.start - 9), -1):
            word = self._plain(at)
            if word in {"ان", "بان", "عن"} or word in calendar.OF_ATTACK_AR or word in calendar.DEFINITE_ATTACK["ar"]:
                return False
            if word in calendar.SPEECH:
                return True
        return False

    def _is_of_before(self, mention: DayMention) -> bool:
        """ "On Monday, gunmen had broken into …": what came before the news."""
        return (
            self._lang == "en" and mention.start <= 1 and "had" in self._keys[mention.end : mention.end + _PLUPERFECT]
        )

    def _told_by_speaker(self, judged: Sequence[DayMention], at: int) -> DayMention:
        """ "Said on Wednesday that … a day earlier": reckoned from the day of speaking, it is the day of the attack."""
        mention = judged[at]
        if not mention.is_counted or self._key(mention.end - 1) in {"after", "on"}:
            return mention
        if self._is_pluperfect(mention):
            return replace(mention, is_counted=False)
        if self._key(mention.end - 1) not in {"earlier", "before"}:
            return mention
        if at > 0 and judged[at - 1].is_speech:
            return replace(mention, is_counted=False)
        following = judged[at + 1] if at + 1 < len(judged) else None
        if at == 0 and following is not None and following.is_speech:
            return replace(mention, is_counted=False)  # "two days earlier, their families said on Thursday"
        return mention

    def _is_pluperfect(self, mention: DayMention) -> bool:
        """ "Fled on Saturday after gunmen had fired at them the night before": the day of the deed, not of what followed."""
        clause = self._keys[max(0, mention.start - _CLAUSE) : mention.start]
        return "had" in clause and bool({"after", "when", "because", "whose", "who"} & set(clause))

    def _without_repetition(self, found: Sequence[DayMention]) -> list[DayMention]:
        """ "Saturday, February 7" and "أمس السبت" name one day twice: the exact date wins, then the weekday."""
        kept: list[DayMention] = []
        for mention in found:
            before = kept[-1] if kept else None
            if (
                before is not None
                and self._adjoins(before, mention)
                and not before.is_counted
                and not mention.is_counted
            ):
                winner = before if before.has_year else mention
                kept[-1] = replace(
                    winner,
                    start=before.start,
                    end=mention.end,
                    is_speech=before.is_speech or mention.is_speech,
                    is_owned=before.is_owned or mention.is_owned,
                    is_weak=before.is_weak and mention.is_weak,
                )
                continue
            kept.append(mention)
        return kept

    def _adjoins(self, before: DayMention, mention: DayMention) -> bool:
        between = self._keys[before.end : mention.start]
        return not between or between in ([","], ["،"], ["("], [fold("یوم")], ["on"])
