"""Reads XML by defusedxml: no document type, no entities, nothing fetched."""

from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from scans.document import Document
from scans.report import UnreadableReport


def parse(document: Document) -> Element:
    """Return the root of an XML file; raise UnreadableReport if it is no XML, or has a document type or entities."""
    try:
        root: Element = fromstring(bytes(document.content), forbid_dtd=True)
    except DefusedXmlException:
        raise UnreadableReport(
            "The XML has a document type or entities: they are not read, since they can make a reader fetch files."
        ) from None
    except (ParseError, ValueError, LookupError, RecursionError) as error:
        raise UnreadableReport(f"The file is not XML: {error}.") from None
    return root


def child_text(element: Element, name: str) -> str | None:
    """Return the text of a child element, None if there is none."""
    child = element.find(name)
    return None if child is None else child.text
