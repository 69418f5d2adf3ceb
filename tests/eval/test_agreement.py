"""Our figures against those of the scorer beside the repository, where it is: the same run must score the same."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from bench.evaluate import run
from bench.scoring import stream
from bench.scoring.figures import Rates, Share
from bench.scoring.linking import score_linking
from bench.scoring.reading import score_reading
from services.classify.read.reader import Reader
from shared.codec import encode

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "eval"
READING = {
    "attack news": "attack_news",
    "new facts (report or update)": "new_facts",
    "kind macro F1": "kind_macro_f1",
    "event type": "event_type",
    "country": "country",
    "governorate": "governorate",
    "district": "district",
    "place within 5 km (Iraq)": "within_5_km",
    "place within 20 km (Iraq)": "within_20_km",
    "killed exact": "killed",
    "killed exact where given": "killed_where_given",
    "wounded exact": "wounded",
    "wounded exact where given": "wounded_where_given",
    "date exact": "date",
}
LINKING = {
    "B-cubed": "b_cubed",
    "incidents (count)": "incidents",
    "incidents alerted": "alerted",
    "incidents alerted exactly once": "alerted_once",
    "repeat first alerts (count)": "repeated_alerts",
    "false first alerts (count)": "false_alerts",
    "first alerts from further events of an item (count)": "further_openings",
    "first alerts that are right": "openings_right",
    "alerted at the first report": "alerted_at_first_report",
    "ordinary items attached to an incident (count)": "ordinary_attached",
    "incidents hidden by a merge (count)": "hidden_by_merge",
    "updates sent (count)": "updates",
    "updates that state a new fact": "updates_with_news",
    "watch Diyala (IQG10)": "watch",
    "final killed": "final_killed",
    "final wounded": "final_wounded",
    "final governorate": "final_governorate",
    "retractions delivered": "retractions_delivered",
    "retractions that are right": "retractions_right",
}


def ours(figures: object, fields: dict[str, str]) -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, field in fields.items():
        value = getattr(figures, field)
        match value:
            case Rates():
                flat |= {f"{name} {rate}": getattr(value, rate) for rate in ("precision", "recall", "f1")}
            case Share():
                flat[name] = value.value
            case _:
                flat[name] = value
    return flat


def theirs(figures: dict[str, Any]) -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in figures.items():
        flat |= {f"{name} {rate}": found for rate, found in value.items()} if isinstance(value, dict) else {name: value}
    return flat


@pytest.mark.shared_data
@pytest.mark.skipif(not (BESIDE / "dev" / "gold.jsonl").exists(), reason="no labelled stream beside the repository")
def test_the_figures_are_those_of_the_scorer_beside_the_repository() -> None:
    spec = importlib.util.spec_from_file_location("score", BESIDE / "score.py")
    assert spec is not None
    assert spec.loader is not None
    scorer: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    done = run(Reader.load(), stream.load(BESIDE / "dev"))
    gold, incidents = (scorer.read_jsonl(BESIDE / "dev" / f"{name}.jsonl") for name in ("gold", "incidents"))
    reports = {key: json.loads(encode(report)) for key, report in done.reports.items()}
    changes = [json.loads(encode(change)) for change in done.changes]

    read = theirs(scorer.score_reports(gold, reports))
    found = ours(score_reading(done.stream.truths, done.reports), READING)
    assert found == pytest.approx({name: read[name] for name in found})
    linked = theirs(scorer.score_changes(gold, incidents, changes))
    assert ours(score_linking(done.stream, done.changes), LINKING) == pytest.approx(linked)
