"""What the elements of DOCX, XLSX and PPTX mean to a reader, and what of them copies never have.

Names and meanings: ECMA-376, 5th edition, part 1; relationships and content types: part 2 and [MS-OI29500].
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from app.formats.office.clean import Rules, inside, whole
from app.formats.office.xml_edit import Cut
from app.formats.office.xml_read import DELETED, INSTRUCTION, VISIBLE, Grammar
from app.formats.office.xml_tree import Markup
from app.notices import ACTIVE_CONTENT, COMMENTS, TRACKED_CHANGES

GRAMMAR: Final = Grammar(
    blocks=frozenset(("w:p", "a:p", "x:si", "x:is", "x:rPh")),
    containers=frozenset(
        (
            *("w:body", "w:tc", "w:txbxContent", "w:hdr", "w:ftr", "w:footnote", "w:endnote", "w:comment"),
            *("a:tc", "a:txBody", "p:txBody", "xdr:txBody", "dsp:txBody", "cdr:txBody", "wps:txbx"),
            *("dgm:t", "c:rich", "x:si", "x:is", "x:rPh", "x:comment"),
        )
    ),
    leaves={
        **dict.fromkeys(("w:t", "a:t", "x:t", "m:t"), VISIBLE),
        **dict.fromkeys(("w:instrText", "w:delInstrText"), INSTRUCTION),
        "w:delText": DELETED,
    },
    breaks={
        **dict.fromkeys(("w:tab", "w:ptab"), "\t"),
        **dict.fromkeys(("w:br", "w:cr", "a:br"), "\n"),
        "w:noBreakHyphen": "-",
    },
    rows=frozenset(("w:tr", "a:tr")),
    cells=frozenset(("w:tc", "a:tc")),
    numbers=frozenset(("x:v", "c:v of numbers")),
    unread=frozenset(("x:v of strings",)),
)

_CHANGED: Final = ("rPr", "pPr", "sectPr", "tblPr", "tblPrEx", "trPr", "tcPr", "tblGrid")
_MOVES: Final = ("moveFromRange", "moveToRange", "customXmlInsRange", "customXmlDelRange")
_DELETIONS: Final = ("w:del", "w:moveFrom", "w:cellDel", *(f"w:{name}Change" for name in _CHANGED))

WORD: Final = Rules(
    dropped=frozenset(
        (
            *_DELETIONS,
            *("w:numberingChange", "w:cellIns", "w:cellMerge"),
            *(f"w:{name}{end}" for name in _MOVES for end in ("Start", "End")),
            *(f"w:customXmlMove{way}Range{end}" for way in ("From", "To") for end in ("Start", "End")),
            *("w:commentRangeStart", "w:commentRangeEnd", "w:commentReference", "w:annotationRef"),
            *("w:proofErr", "w:permStart", "w:permEnd", "w:altChunk", "w:subDoc"),
            *("w:control", "o:OLEObject", "w:dataBinding", "w15:dataBinding", "w:movie"),
            *("w:embedRegular", "w:embedBold", "w:embedItalic", "w:embedBoldItalic"),
            *("w:docVars", "w:rsids", "w:attachedTemplate", "w:attachedSchema", "w:mailMerge"),
            *("w:documentProtection", "w:writeProtection", "w:saveThroughXslt", "w:trackRevisions"),
            *("w:docEvents", "w:divs", "w15:docId", "w14:docId", "w15:chartTrackingRefBased"),
            *("w:documentType", "w:embedTrueTypeFonts", "w:saveSubsetFonts", "w:linkStyles"),
            *("a:extLst", "c:extLst", "c:externalData"),
        )
    ),
    unwrapped=frozenset(("w:ins", "w:moveTo", "w:smartTag", "w:customXml")),
    attributes=frozenset(("w:rsid*", "w14:paraId", "w14:textId", "?:*")),
    told={
        **dict.fromkeys((*_DELETIONS, "w:ins", "w:moveTo"), TRACKED_CHANGES),
        "w:commentReference": COMMENTS,
        "w:docVars": ACTIVE_CONTENT,
    },
)

EXCEL: Final = Rules(
    dropped=frozenset(
        (
            *("x:extLst", "a:extLst", "c:extLst", "c:externalData", "mc:AlternateContent"),
            *("x:fileSharing", "x:workbookProtection", "x:externalReferences", "x:customWorkbookViews"),
            *(
                "x:pivotCaches",
                "x:webPublishing",
                "x:fileRecoveryPr",
                "x:webPublishObjects",
                "x:functionGroups",
            ),
            *("x:smartTagPr", "x:smartTagTypes", "x:oleSize", "x:fileVersion"),
            *("x:sheetProtection", "x:protectedRanges", "x:customSheetViews", "x:customProperties"),
            *("x:scenarios", "x:cellWatches", "x:smartTags", "x:dataConsolidate", "x:phoneticPr"),
            *("x:legacyDrawing", "x:legacyDrawingHF", "x:oleObjects", "x:controls", "x:webPublishItems"),
        )
    ),
    attributes=frozenset(("?:*", "codeName", "tableType", "connectionId", "queryTableFieldId")),
    told={"x:scenarios": COMMENTS},
)

POWERPOINT: Final = Rules(
    dropped=frozenset(
        (
            *("p:extLst", "a:extLst", "c:extLst", "c:externalData", "p:custDataLst", "p:modifyVerifier"),
            *("p:embeddedFontLst", "p:handoutMasterIdLst", "p:sndAc", "p:controls", "p:smartTags"),
            *("a:videoFile", "a:audioFile", "a:wavAudioFile", "a:quickTimeFile", "a:audioCd", "a:snd"),
            *("p:custShowLst", "p:photoAlbum"),
        )
    ),
    attributes=frozenset(("?:*",)),
)

_OFF: Final = frozenset(("0", "false", "off"))
_PULLING: Final = re.compile(
    r"\s*(?:DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|INCLUDE|IMPORT|LINK|DATABASE|MACROBUTTON|RD|ASK|FILLIN)\b",
    re.IGNORECASE,
)


def hidden_runs(markup: Markup, hidden_styles: frozenset[str]) -> Iterator[Cut]:
    """Runs of text that is not shown, by themselves or by their style."""
    for element, name in enumerate(markup.names):
        if name not in ("w:vanish", "w:rStyle", "w:pStyle"):
            continue
        value = markup.value(element, "w:val")
        if value in _OFF if name == "w:vanish" else value not in hidden_styles:
            continue
        run = markup.parents[markup.parents[element]]
        if run >= 0 and markup.names[run] == "w:r":
            yield whole(markup, run)
        elif run >= 0 and name == "w:pStyle":
            yield from (
                whole(markup, child) for child in markup.children(run) if markup.names[child] != "w:pPr"
            )


def hidden_styles(markup: Markup) -> frozenset[str]:
    """Ids of the styles whose text is not shown."""
    found = set()
    for element, name in enumerate(markup.names):
        if name == "w:vanish" and markup.value(element, "w:val") not in _OFF:
            for around in markup.ancestors(element):
                if markup.names[around] == "w:style":
                    found.add(markup.value(around, "w:styleId") or "")
    return frozenset(found - {""})


def deleted_rows(markup: Markup) -> Iterator[Cut]:
    """Rows of tables that a tracked change deleted."""
    for element, name in enumerate(markup.names):
        if name == "w:del" and markup.names[markup.parents[element]] == "w:trPr":
            yield whole(markup, markup.parents[markup.parents[element]])


def pulling_fields(markup: Markup) -> Iterator[Cut]:
    """Instructions of fields that fetch other files or run something; what they show last stays."""
    block_of: dict[int, list[int]] = {}
    for element, name in enumerate(markup.names):
        if name == "w:instrText":
            block = next((near for near in markup.ancestors(element) if markup.names[near] == "w:p"), element)
            block_of.setdefault(block, []).append(element)
        elif name == "w:fldSimple" and _PULLING.match(markup.value(element, "w:instr") or ""):
            yield Cut(markup.starts[element], markup.opens[element], "")
            yield Cut(markup.closes[element], markup.ends[element], "")
    for elements in block_of.values():
        if _PULLING.match("".join(markup.content(element) for element in elements)):
            for element in elements:
                yield from inside(markup, element)


def running_links(markup: Markup) -> Iterator[Cut]:
    """Links on slides that run a macro or a program."""
    for element, name in enumerate(markup.names):
        if name in ("a:hlinkClick", "a:hlinkHover", "a:hlinkMouseOver"):
            action = markup.value(element, "action") or ""
            if action.startswith(
                ("ppaction://macro", "ppaction://program", "ppaction://ole", "ppaction://customshow")
            ):
                yield whole(markup, element)


def name_cached_numbers(markup: Markup) -> None:
    """Gives the numbers in charts a name of their own: a placeholder cannot stand there."""
    for element, name in enumerate(markup.names):
        if name == "c:v" and any(
            markup.names[around] in ("c:numCache", "c:numLit") for around in markup.ancestors(element)
        ):
            markup.names[element] = "c:v of numbers"
