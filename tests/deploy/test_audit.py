"""What the dependency audit makes of the answers it gets."""

from tests.deploy.audit import audited


def test_a_vulnerable_package_is_named_with_what_mends_it() -> None:
    document = {
        "dependencies": [
            {"name": "good", "version": "1.0", "vulns": []},
            {"name": "bad", "version": "2.0", "vulns": [{"id": "CVE-2026-1", "fix_versions": ["2.1"]}]},
            {"name": "ours", "version": "0.1", "skip_reason": "not found"},
        ]
    }
    found, known, unknown = audited(document)
    assert found == ["bad 2.0: CVE-2026-1, mended in 2.1"]
    assert (known, unknown) == (2, 1)
