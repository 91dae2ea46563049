"""The names of QTI 3.0: namespaces, types and templates (imsglobal.org/spec/qti/v3p0)."""

from __future__ import annotations

ITEM = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
MANIFEST = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
#: What a manifest says of an item beyond QTI, for a bank of this kind.
BANK = "urn:scriptorium:item-bank:1"

ITEM_TYPE = "imsqti_item_xmlv3p0"
MANIFEST_FILE = "imsmanifest.xml"
MATCH_CORRECT = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"
MAP_RESPONSE = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/map_response.xml"
RESPONSE = "RESPONSE"
LETTERS = "ABCD"
