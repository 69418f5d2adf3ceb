"""Elements of XML documents, with text that any parser takes (pure)."""

import re
from xml.etree import ElementTree as ET  # nothing is parsed here

_NOT_XML = re.compile("[^\\t\\n\\r\\u0020-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def element(parent: ET.Element, tag: str, text: str | None = None, **attributes: str) -> ET.Element:
    """Add an element; characters that XML 1.0 cannot carry are left out of its text and attributes."""
    found = ET.SubElement(parent, tag, {name: _NOT_XML.sub("", value) for name, value in attributes.items()})
    if text is not None:
        found.text = _NOT_XML.sub("", text)
    return found


def document(root: ET.Element) -> bytes:
    """Return the document in UTF-8."""
    return f"<?xml version='1.0' encoding='UTF-8'?>\n{ET.tostring(root, encoding='unicode')}".encode()
