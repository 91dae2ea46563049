"""One file for the printer from PDFs that are already stored."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, OutlineItem, Pdf

from scriptorium.integrations.pdf.documents import CertificateError


def render_merged(*, pdfs: Iterable[bytes], title: str = "Certificates") -> bytes:
    """Return one PDF of all pages of the given PDFs, in their order, for printing in one go.

    Kept: the pages, their links, the tags that screen readers use (with reading order), language,
    and a bookmark for each source under its own title. The same bytes in give the same bytes out.
    Lost: signatures (they cover only their own file), the PDF/A and PDF/UA declarations and their
    colour profile, attachments, and the sources' own bookmarks. So a merged file is for paper;
    the stored single PDF stays the record (DOMAIN §7). A source without tags stays without.

    Arguments:
        pdfs: stored PDFs as bytes; read one at a time, so a generator keeps memory low.
        title: title of the merged file.

    Raises:
        CertificateError: nothing to merge, or bytes that are not a readable PDF.
    """
    target = Pdf.new()
    structure = _Structure(target)
    starts: list[tuple[str, int]] = []
    sources: list[Pdf] = []
    for place, content in enumerate(pdfs, 1):
        source = _opened(content, place)
        # A copied page reads its streams from its source until the target is saved.
        sources.append(source)
        first = len(target.pages)
        target.pages.extend(source.pages)
        structure.take(source, first)
        starts.append((str(source.docinfo.get(Name.Title, f"Document {place}")), first))
    if not starts:
        raise CertificateError("There is no certificate to print.")
    structure.close()
    _describe(target, title, starts)
    out = io.BytesIO()
    target.save(
        out,
        deterministic_id=True,
        min_version="1.7",
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
    )
    for source in sources:
        source.close()
    return out.getvalue()


def _opened(content: bytes, place: int) -> Pdf:
    """Open a source and drop its form fields, whose form (a signature) is not carried over."""
    try:
        source = Pdf.open(io.BytesIO(content))
    except pikepdf.PdfError as error:
        raise CertificateError(
            f"Number {place} of the certificates to print is not a readable PDF. "
            "Restore it from a backup, or leave it out and print again."
        ) from error
    for page in source.pages:
        notes = page.obj.get(Name.Annots, Array()).as_list()
        kept = [note for note in notes if note.get(Name.Subtype) != Name.Widget]
        if len(kept) < len(notes):
            page.obj.Annots = Array(kept)
    return source


def _describe(target: Pdf, title: str, starts: list[tuple[str, int]]) -> None:
    target.Root.Lang = pikepdf.String("en")
    target.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    target.docinfo[Name.Title] = pikepdf.String(title)
    with target.open_outline() as outline:
        outline.root.extend(OutlineItem(name, page) for name, page in starts)
    with target.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        metadata["dc:title"] = title
        metadata["dc:language"] = {"en"}


class _Structure:
    """The structure tree of the merged file, grown by one source at a time.

    Each page and link says by a number (``StructParents``, ISO 32000-1 14.7.4.4) where the tree
    keeps its tags. Every source starts at 0, so each source's numbers move up by those before it.
    """

    def __init__(self, target: Pdf) -> None:
        self._target = target
        self._kids: list[Object] = []
        self._numbers: list[Object | int] = []
        self._roles = Dictionary()
        self._next = 0
        self._root = target.make_indirect(Dictionary(Type=Name.StructTreeRoot))

    def take(self, source: Pdf, first_page: int) -> None:
        """Adopt the tags of a source whose pages were appended from ``first_page`` (0-based)."""
        shift = self._next
        for index in range(first_page, len(self._target.pages)):
            _shift_page(self._target.pages[index].obj, shift)
        old = source.Root.get(Name.StructTreeRoot)
        if old is None:
            return
        tree = self._target.copy_foreign(old if old.is_indirect else source.make_indirect(old))
        for key, value in _leaves(tree.get(Name.ParentTree)):
            self._numbers += [key + shift, value]
            self._next = max(self._next, key + shift + 1)
        kids = tree.get(Name.K, Array())
        for kid in list(kids.as_list()) if isinstance(kids, Array) else [kids]:
            kid.P = self._root
            self._kids.append(kid)
        roles = tree.get(Name.RoleMap, Dictionary())
        for role in roles.keys():  # noqa: SIM118 - a PDF dictionary is not a mapping
            self._roles[role] = roles[role]

    def close(self) -> None:
        """Attach the tree to the merged file, if any source had tags."""
        if not self._kids:
            return
        self._root.K = Array(self._kids)
        numbers = Dictionary(Nums=Array(self._numbers))
        self._root.ParentTree = self._target.make_indirect(numbers)
        self._root[Name.ParentTreeNextKey] = self._next
        if len(self._roles):
            self._root.RoleMap = self._roles
        self._target.Root.StructTreeRoot = self._root
        self._target.Root.MarkInfo = Dictionary(Marked=True)


def _shift_page(page: Object, shift: int) -> None:
    _renumber(page, Name.StructParents, shift)
    for note in page.get(Name.Annots, Array()).as_list():
        _renumber(note, Name.StructParent, shift)


def _renumber(holder: Object, name: Name, shift: int) -> None:
    if name in holder:
        holder[name] = int(holder[name]) + shift


def _leaves(node: Object | None) -> Iterator[tuple[int, Object]]:
    """Yield the pairs of a PDF number tree, whose nodes may be nested (ISO 32000-1 7.9.7)."""
    if node is None:
        return
    numbers = node.get(Name.Nums, Array()).as_list()
    for at in range(0, len(numbers) - 1, 2):
        yield int(numbers[at]), numbers[at + 1]
    for kid in node.get(Name.Kids, Array()).as_list():
        yield from _leaves(kid)
