"""What copies of Office files never have: cut out of the raw text of a part, by rules that are data."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from app.formats.office.xml_edit import Cut
from app.formats.office.xml_tree import Attribute, Markup
from detectors.model import RuleInfo


@dataclass(frozen=True, slots=True)
class Rules:
    """What goes; names are short names of elements and attributes.

    Attributes:
        dropped: elements that go with everything in them.
        unwrapped: elements whose tags go and whose content stays.
        attributes: attributes that go; a name that ends with ``*`` stands for all that begin so.
        told: which of these elements are worth telling, and as what.
    """

    dropped: frozenset[str] = frozenset()
    unwrapped: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    told: Mapping[str, RuleInfo] = field(default_factory=dict)

    def cuts(self, markup: Markup) -> Iterator[Cut]:
        """What these rules cut out of a part; comments and processing instructions among it."""
        prefixes = tuple(name[:-1] for name in self.attributes if name.endswith("*"))
        for start, end in markup.asides:
            yield Cut(start, end)
        for element, name in enumerate(markup.names):
            if name in self.dropped:
                yield whole(markup, element)
                continue
            if name in self.unwrapped:
                yield from tags(markup, element)
                continue
            for attribute in markup.attributes(element) if prefixes or self.attributes else ():
                if attribute.name in self.attributes or (prefixes and attribute.name.startswith(prefixes)):
                    yield without(attribute)

    def seen(self, markup: Markup) -> dict[RuleInfo, int]:
        """How many elements are worth telling, by what they are told as."""
        found: dict[RuleInfo, int] = {}
        for name in markup.names:
            if (rule := self.told.get(name)) is not None:
                found[rule] = found.get(rule, 0) + 1
        return found


def whole(markup: Markup, element: int) -> Cut:
    """An element with everything in it."""
    return Cut(markup.starts[element], markup.ends[element])


def tags(markup: Markup, element: int) -> Iterator[Cut]:
    """The tags of an element, its content stays."""
    yield Cut(markup.starts[element], markup.opens[element])
    if markup.closes[element] < markup.ends[element]:
        yield Cut(markup.closes[element], markup.ends[element])


def inside(markup: Markup, element: int) -> Iterator[Cut]:
    """The content of an element, its tags stay."""
    if markup.opens[element] < markup.closes[element]:
        yield Cut(markup.opens[element], markup.closes[element])


def without(attribute: Attribute) -> Cut:
    """An attribute with the white space before it."""
    return Cut(attribute.start, attribute.end)


def referring(
    markup: Markup, gone: Collection[str], names: Collection[str], bare: Collection[str]
) -> Iterator[Cut]:
    """What refers to relationships that copies do not have.

    Args:
        gone: ids of the relationships.
        names: attributes that hold such ids.
        bare: elements that stay and lose the attribute only; the others go.
    """
    if not gone:
        return
    for element, name in enumerate(markup.names):
        for attribute in markup.attributes(element):
            if attribute.name in names and markup.text[attribute.first : attribute.last] in gone:
                yield without(attribute) if name in bare else whole(markup, element)
