"""Writes the files that are made from others; tests say when one is out of date.

python -m tests.deploy.generate
"""

from tests.deploy import rule_object, settings_table, topic_objects


def main() -> None:
    """Write them all."""
    for module in (settings_table, rule_object, topic_objects):
        module.PATH.write_text(module.rendered(), encoding="utf-8")
        print(module.PATH.relative_to(rule_object.ROOT))


if __name__ == "__main__":
    main()
