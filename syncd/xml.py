"""How does syncd read and write XML? The one parser: hardened, strict about letters, constant in memory.

lxml is used here and nowhere else. What it never does: recover (a cut list would pass as a shorter one), expand
entities, load anything, follow a DOCTYPE. Bytes are decoded here and not by libxml2, so that a wrong encoding is
an error with an offset. A control character, which no XML may hold and many programs write, is the matter of the one
record that has it: it is read as a mark that no text has, and whoever asks for that text gets an error.
"""

from __future__ import annotations

import functools
import io
import itertools
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, BinaryIO, Final, NamedTuple, TypeAlias

from lxml import etree

from syncd.domain.encoding import CHUNK, Decoder, Encoding, detect
from syncd.errors import InvalidRecord, RecordError, SuspiciousRun, Unstorable
from syncd.sentence import Counted, Sentence, sentence_of

__all__ = [
    "Element",
    "Embedded",
    "Item",
    "Records",
    "add",
    "build",
    "check_letters",
    "children",
    "embedded",
    "encoding_of",
    "local_name",
    "parse",
    "records",
    "text",
    "texts",
    "write",
]

Element: TypeAlias = etree._Element

DOCUMENT_BYTES: Final = 64 * 1024 * 1024
"""Largest document that `parse` takes into memory."""

STREAM_BYTES: Final = 4 * 1024 * 1024 * 1024
"""Largest stream that `records` reads."""

GAP_BYTES: Final = 32 * 1024 * 1024
"""Most text between two records: what a document without the expected tags may pile up in memory."""

PROLOG_CHARS: Final = 1 << 16
"""Most text before the root element."""

_OPTIONS: Final[Mapping[str, Any]] = {
    "encoding": "utf-8",  # all input is decoded strictly and handed over as UTF-8, whatever it declares
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "attribute_defaults": False,
    "huge_tree": False,
    "recover": False,
    "remove_comments": True,  # else a comment in the middle of a name cuts the name
    "remove_pis": True,
    "collect_ids": False,
}

_MARK: Final = "\ufdd0"
"""Stands where a document has something that is no letter of XML; Unicode promises that it is none of any text."""

_CONTROLS: Final = bytes(code for code in range(32) if code not in b"\t\n\r")
_NO_LETTER: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"
    r"|&#0*(?:[0-8]|1[124-9]|2\d|3[01]|5529[6-9]|55[3-9]\d\d|56\d{3}|57[0-2]\d\d|573[0-3]\d|5734[0-3]|6553[45]);"
    r"|&#x0*(?:[0-8bcef]|1[0-9a-f]|d[89a-f][0-9a-f]{2}|fff[ef]);",
    re.ASCII | re.IGNORECASE,
)
_BEGUN: Final = re.compile(r"&[^;]{0,11}\Z")
"""A reference that goes on in the next chunk."""

_DECLARED: Final = re.compile(rb"""^<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._:-]+)["']""")
# Possessive: a prolog is matched once, so that an evil one cannot be matched in a thousand ways.
_PROLOG: Final = r"(?>\s+|<\?.*?\?>|<!--.*?-->)*+"
_ROOT: Final = re.compile(_PROLOG + r"<[^!?]", re.DOTALL)
_DOCTYPE: Final = re.compile(_PROLOG + r"<!(?!--)", re.DOTALL)


class Item(NamedTuple):
    """One record of a stream; `element` is emptied when the next one is asked for.

    Attributes:
        raw: The element alone as UTF-8, the same bytes for the same element.
        line: Line of its start tag, from 1; beyond line 65,535 it may be one too many (libxml2 counts so).
    """

    element: Element
    raw: bytes
    line: int


def encoding_of(stream: BinaryIO, *, charset: str = "", fallback_encoding: str = "") -> Encoding:
    """Decide a document's encoding: mark, XML declaration, transport charset, UTF-8, configured fallback.

    Leaves the seekable `stream` behind the mark.

    Raises:
        InvalidRecord: If the declared encoding is none that syncd reads.
    """
    start = stream.tell()
    head = stream.read(256)
    stream.seek(start)
    for begin, name in ((b"<\0?\0", "utf-16-le"), (b"\0<\0?", "utf-16-be")):
        if head.startswith(begin):
            return Encoding(name, "declared")
    found = _DECLARED.match(head)
    declared = found.group(1).decode("ascii") if found else ""
    if declared.lower().startswith(("utf-16", "utf-32")):
        # Legible as single bytes, so it cannot be true; .NET's StringWriter declares this in files of UTF-8.
        declared = ""
    return detect(stream, declared=declared, charset=charset, fallback=fallback_encoding)


def parse(
    data: bytes, *, charset: str = "", fallback_encoding: str | None = None, max_bytes: int = DOCUMENT_BYTES
) -> Element:
    """Parse one small document and answer its root. A control character in it is found by who asks for the text.

    Raises:
        InvalidRecord: With code ``xml-broken``, ``xml-doctype``, ``xml-too-large``, ``encoding-unknown`` or
            ``encoding-broken``, naming the position.
    """
    if len(data) > max_bytes:
        raise _too_large(max_bytes)
    stream = io.BytesIO(data)
    letters = _Letters(encoding_of(stream, charset=charset, fallback_encoding=fallback_encoding or ""))
    document = letters.read(stream.read(), final=True)
    _check_prolog(document)
    try:
        root: Element = etree.fromstring(document.encode(), etree.XMLParser(**_OPTIONS))
    except etree.XMLSyntaxError as error:
        raise _broken(error) from None
    return root


def check_letters(element: Element) -> None:
    """Look whether all that an element says can be read, for those who ask for more than `texts`.

    Raises:
        InvalidRecord: If there is a control character, naming the element inside of which it is.
    """
    for one in element.iter():
        if any(_MARK in (said or "") for said in (one.text, one.tail, *one.attrib.values())):
            raise _illegible(local_name(one))


def records(
    stream: BinaryIO,
    tags: str | Collection[str],
    *,
    charset: str = "",
    fallback_encoding: str | None = None,
    max_bytes: int = STREAM_BYTES,
) -> Records:
    """Read the outermost elements named `tags` out of a document of any size, in constant memory.

    `tags` are local names (``Kontrahent``: of any namespace) or full ones (``{urn:1C}Контрагент``). The seekable
    `stream` stays the caller's to close.

    Raises:
        InvalidRecord: If the declared encoding is none that syncd reads; iterating raises `SuspiciousRun`.
    """
    encoding = encoding_of(stream, charset=charset, fallback_encoding=fallback_encoding or "")
    return Records(stream, (tags,) if isinstance(tags, str) else tags, encoding, max_bytes)


class Records:
    """The records of one stream, to be iterated once.

    Attributes:
        encoding: What the bytes are read as, and who said so.
        count: Records yielded so far.
        complete: Whether the closing root element was seen; ``False`` until the iteration has ended.
        root: Attributes of the root element, known from the first record on.
    """

    def __init__(self, stream: BinaryIO, tags: Collection[str], encoding: Encoding, max_bytes: int) -> None:
        self.encoding = encoding
        self.count = 0
        self.complete = False
        self.root: Mapping[str, str] = {}
        self._stream = stream
        self._max_bytes = max_bytes
        self._letters = _Letters(encoding)
        self._depth = 0
        self._last_offset = 0
        names = [tag if tag.startswith("{") else f"{{*}}{tag}" for tag in tags]
        self._parser: etree.XMLPullParser[Element] = etree.XMLPullParser(events=("start", "end"), tag=names, **_OPTIONS)

    @property
    def offset(self) -> int:
        """Bytes read so far."""
        return self._letters.offset

    def __iter__(self) -> Iterator[Item]:
        """Yield records in the order of the document.

        Raises:
            SuspiciousRun: If the document is cut, broken, hostile or too large; says how many records came before.
                What was yielded until then is no basis for any conclusion.
        """
        try:
            self._begin()
            yield from self._finished()
            while chunk := self._stream.read(CHUNK):
                self._parser.feed(self._letters.read(chunk).encode())
                yield from self._finished()
                self._check_size()
            self._parser.feed(self._letters.read(b"", final=True).encode())
            yield from self._finished()
            root = self._parser.close()
        except etree.XMLSyntaxError as error:
            raise self._suspicious(_broken(error)) from None
        except InvalidRecord as error:
            raise self._suspicious(error) from None
        self.root = self.root or _attributes(root)
        self.complete = True

    def _begin(self) -> None:
        """Feed everything up to and into the root's start tag, after a look for a DOCTYPE."""
        head = ""
        while len(head) < PROLOG_CHARS and (chunk := self._stream.read(CHUNK)):
            head += self._letters.read(chunk)
            if _ROOT.match(head):
                break
        _check_prolog(head)
        self._parser.feed(head.encode())

    def _finished(self) -> Iterator[Item]:
        for event, element in self._parser.read_events():
            if event == "start":
                self._depth += 1
                continue
            self._depth -= 1
            if self._depth:
                continue
            if not self.count:
                self.root = _attributes(element.getroottree().getroot())
            self.count += 1
            self._last_offset = self.offset
            yield Item(element, etree.tostring(element, encoding="utf-8", with_tail=False), element.sourceline or 0)
            _forget(element)

    def _check_size(self) -> None:
        if self.offset > self._max_bytes:
            raise _too_large(self._max_bytes)
        if self.offset - self._last_offset > GAP_BYTES:
            raise InvalidRecord(
                Sentence("no record in %(size)s MiB of XML", size=GAP_BYTES >> 20),
                code="xml-no-records",
                cure="Check the configured record tag against the file.",
            )

    def _suspicious(self, error: RecordError) -> SuspiciousRun:
        return SuspiciousRun(
            Sentence(
                Counted(
                    "%(reason)s; %(count)s record was whole until there (%(read)s)",
                    "%(reason)s; %(count)s records were whole until there (%(read)s)",
                ),
                reason=sentence_of(error.message),
                count=self.count,
                read=Sentence(Counted("%(count)s byte read", "%(count)s bytes read"), count=self.offset),
            ),
            code=error.code,
            cure=error.cure,
        )


class Embedded(NamedTuple):
    """The text of one element, taken out of a document.

    Attributes:
        text: As UTF-8, with nothing escaped any more: often a document of its own.
        path: Local names from the root down to the element.
    """

    text: BinaryIO
    path: tuple[str, ...]


def embedded(data: bytes, path: str, *, charset: str = "") -> Embedded | None:
    """Take out the text of the first element at a `path` from the root on (``Envelope/Body/*/*``), of any length.

    No tree is built and no text is held twice, so a whole list that travels as one text costs its own size. Texts of
    elements inside of it are left out. ``None`` if no element is there.

    Raises:
        InvalidRecord: As `parse`, but for the length of a text.
    """
    stream = io.BytesIO(data)
    letters = _Letters(encoding_of(stream, charset=charset))
    target = _Text(tuple(path.split("/")))
    # The stubs ask for a method for each kind of event, and this one hears three.
    parser = etree.XMLParser(target=target, **_OPTIONS)  # type: ignore[call-overload]
    head = letters.read(stream.read(PROLOG_CHARS))
    _check_prolog(head)
    try:
        parser.feed(head.encode())
        while chunk := stream.read(CHUNK):
            parser.feed(letters.read(chunk).encode())
        parser.feed(letters.read(b"", final=True).encode())
        parser.close()
    except etree.XMLSyntaxError as error:
        raise _broken(error) from None
    if not target.found:
        return None
    target.text.seek(0)
    return Embedded(target.text, target.found)


class _Letters:
    """Decodes a document chunk by chunk, and marks what XML has no letter for, written as it is or as a reference."""

    def __init__(self, encoding: Encoding) -> None:
        self._decoder = Decoder(encoding)
        self._held = ""

    @property
    def offset(self) -> int:
        return self._decoder.offset

    def read(self, chunk: bytes, *, final: bool = False) -> str:
        text = self._held + self._decoder.decode(chunk, final=final)
        begun = None if final else _BEGUN.search(text, max(0, len(text) - 12))
        self._held = begun[0] if begun else ""
        text = text.removesuffix(self._held)
        plain = text.encode()
        # Most documents have none, and bytes are looked through ten times as fast as letters.
        if b"&#" in plain or b"\xef\xbf" in plain or len(plain.translate(None, _CONTROLS)) != len(plain):
            return _NO_LETTER.sub(_MARK, text)
        return text


class _Text:
    """Hears a parser's events and keeps the text of the first element at one path."""

    def __init__(self, path: tuple[str, ...]) -> None:
        self.text = io.BytesIO()
        self.found: tuple[str, ...] = ()
        self._path = path
        self._names: list[str] = []
        self._taking = False
        self._pieces: list[str] = []

    def start(self, tag: str, _attributes: Mapping[str, str]) -> None:
        self._names.append(etree.QName(tag).localname)
        if not self.found and len(self._names) == len(self._path):
            fits = zip(self._path, self._names, strict=True)
            self._taking = all(wanted in {"*", name} for wanted, name in fits)
            self.found = tuple(self._names) if self._taking else ()

    def data(self, piece: str) -> None:
        if self._taking and len(self._names) == len(self._path):
            self._pieces.append(piece)
            if len(self._pieces) == CHUNK:
                self._flush()

    def end(self, _tag: str) -> None:
        if self._taking and len(self._names) == len(self._path):
            self._taking = False
            self._flush()
        self._names.pop()

    def close(self) -> None:
        """Nothing is left to do: the parser asks for it."""

    def _flush(self) -> None:
        self.text.write("".join(self._pieces).encode())
        self._pieces.clear()


def _forget(element: Element) -> None:
    """Empty a finished record, and drop everything before it on the way up to the root."""
    element.clear(keep_tail=False)
    node = element
    while (parent := node.getparent()) is not None:
        while node.getprevious() is not None:
            del parent[0]
        node = parent


def _attributes(element: Element) -> dict[str, str]:
    return {str(name): str(value) for name, value in element.attrib.items()}


def _check_prolog(document: str) -> None:
    # Looked for in the text, before libxml2 sees it: even its hard settings read a DTD before they say so.
    if _ROOT.match(document):
        return
    if _DOCTYPE.match(document):
        raise InvalidRecord(
            "the document has a DOCTYPE, which syncd never follows",
            code="xml-doctype",
            cure="Export without a DOCTYPE; if the program never writes one, somebody tampered with the document.",
        )
    raise InvalidRecord(
        "the document does not begin with an XML element",
        code="xml-broken",
        cure="The document is empty, cut, or no XML: look at its first lines.",
    )


def _broken(error: etree.XMLSyntaxError) -> InvalidRecord:
    # libxml2's own sentence may quote the document, that is, a person's data: only its name of the fault is kept.
    last = error.error_log.last_error
    line, column = error.position
    fault = last.type_name if last is not None else "ERR_UNKNOWN"
    if fault in ("ERR_TAG_NOT_FINISHED", "ERR_DOCUMENT_EMPTY", "ERR_GT_REQUIRED", "ERR_LTSLASH_REQUIRED"):
        what = Sentence("the XML ends before its closing root element")
    else:
        what = Sentence("the XML is not well-formed")
    return InvalidRecord(
        Sentence(
            "%(what)s: %(fault)s at line %(line)s, column %(column)s",
            what=what,
            fault=fault,
            line=str(line),
            column=str(column),
        ),
        code="xml-broken",
        cure="The document was cut on its way, or its writer has a fault: have it written again.",
    )


def _illegible(name: str) -> InvalidRecord:
    return InvalidRecord(
        "a text holds a control character, for which XML has no room",
        field=name,
        cure="Remove the invisible character from the field.",
    )


def _too_large(limit: int) -> InvalidRecord:
    return InvalidRecord(
        Sentence(
            Counted("the document is larger than %(count)s byte", "the document is larger than %(count)s bytes"),
            count=limit,
        ),
        code="xml-too-large",
        cure="Export in smaller parts.",
    )


class _Path(NamedTuple):
    """Where texts are.

    Attributes:
        elements: As lxml's `findall` reads it.
        steps: The same as tags, each with which one of its name is meant, from 1, or 0 for all; ``None`` where it is
            more than that.
        attribute: Its name; ``""`` for an element's own text.
    """

    elements: str
    steps: tuple[tuple[str, int], ...] | None
    attribute: str


_STEP: Final = re.compile(r"([^\[\]{}.*@]+)(?:\[([1-9][0-9]*)\])?")


@functools.lru_cache(maxsize=512)
def _path(path: str) -> _Path:
    """Take ``Adres[2]/Miasto/@kod`` apart."""
    steps = path.split("/")
    attribute = steps.pop()[1:] if steps[-1].startswith("@") else ""
    elements = "/".join(step if step[:1] in ("{", ".", "*") else f"{{*}}{step}" for step in steps)
    found = [_STEP.fullmatch(step) for step in steps]
    plain = tuple((f"{{*}}{one[1]}", int(one[2] or 0)) for one in found if one)
    return _Path(elements, plain if len(plain) == len(steps) else None, attribute)


def _at(element: Element, path: _Path) -> list[Element]:
    """Elements at a path. Most are a name or two, and lxml takes twice as long to find that out each time."""
    if path.steps is None:
        return list(element.findall(path.elements))
    nodes = [element]
    for tag, which in path.steps:
        found: list[Element] = []
        for node in nodes:
            there = node.iterchildren(tag)
            found.extend(itertools.islice(there, which - 1, which) if which else there)
        nodes = found
    return nodes


def children(element: Element, path: str) -> list[Element]:
    """Elements at a `path` of local names below `element` (``Adresy/Adres``), of any namespace, in their order."""
    return _at(element, _path(path))


def texts(element: Element, path: str) -> list[str]:
    """Texts of all elements, or of the attribute (``Adres/@kod``), at a `path`, stripped; empty ones included.

    Raises:
        InvalidRecord: If one of them holds a control character.
    """
    where = _path(path)
    nodes, attribute = _at(element, where), where.attribute
    if attribute:
        found = [str(node.get(attribute)).strip() for node in nodes if node.get(attribute) is not None]
    else:
        found = [(node.text or "").strip() for node in nodes]
    if any(_MARK in one for one in found):
        raise _illegible(attribute or path)
    return found


def text(element: Element, path: str, default: str = "") -> str:
    """Text of the first element, or of its attribute, at a `path`, stripped; `default` where there is none."""
    found = texts(element, path)
    return found[0] if found else default


def local_name(element: Element) -> str:
    """The element's name without its namespace."""
    return etree.QName(element).localname


def build(tag: str, attributes: Mapping[str, str] | None = None, *, namespace: str | None = None) -> Element:
    """Make a root element; `namespace` becomes the default one, with `tag` in it."""
    if namespace is None:
        return etree.Element(tag, dict(attributes or {}))
    return etree.Element(f"{{{namespace}}}{tag}", dict(attributes or {}), nsmap={None: namespace})


def add(
    parent: Element,
    tag: str,
    content: str = "",
    attributes: Mapping[str, str] | None = None,
    *,
    cdata: bool = False,
) -> Element:
    """Append a child to `parent`, in its namespace unless `tag` names another (``{}xml``: none).

    Args:
        cdata: Write `content` as a CDATA section, for a reader that wants one; what a section cannot hold is escaped,
            and says the same.

    Raises:
        Unstorable: If `content` or an attribute has a control character, for which XML has no room.
    """
    namespace = etree.QName(parent).namespace
    name = tag if namespace is None or tag.startswith("{") else f"{{{namespace}}}{tag}"
    try:
        child = etree.SubElement(parent, name, dict(attributes or {}))
        if content:
            # A section ends at the first "]]>", and a reader takes a bare CR in it for a line feed.
            child.text = etree.CDATA(content) if cdata and "]]>" not in content and "\r" not in content else content
    except ValueError:
        raise Unstorable(
            "a control character cannot be written as XML",
            field=tag,
            cure="Remove the invisible character from the field.",
        ) from None
    return child


def write(root: Element, *, encoding: str = "utf-8", pretty: bool = False, declaration: bool = True) -> bytes:
    """Serialize; letters that `encoding` lacks become character references, none is lost.

    Args:
        declaration: Whether to begin with an XML declaration; a document that travels as a text inside another one
            has none.
    """
    return etree.tostring(root, encoding=encoding, xml_declaration=declaration, pretty_print=pretty)
