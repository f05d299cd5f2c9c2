"""Papers that say too much, that call home, or that explode: PDF, office papers, a drawing. Made when a test asks."""

import io
import zipfile
import zlib
from collections.abc import Callable
from typing import Final

from tests import corpus

NOWHERE: Final = "http://127.0.0.1:9/CANARY"
_W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_REL: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_TRANSITIONAL: Final = "http://schemas.openxmlformats.org/drawingml/2006"


def pdf(home: str = NOWHERE) -> bytes:
    """Author and XMP, a file inside, a script, and an address that is called when it is opened."""
    text = zlib.compress(b"BT /F1 24 Tf 50 700 Td (what happened at the market) Tj ET")
    inside = zlib.compress(b"CANARY-FILE-INSIDE " * 5)
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R /Metadata 6 0 R /OpenAction 9 0 R /AA << /WC 9 0 R >> /Names 13 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 14 0 R /Annots [11 0 R] >>",
        _stream(text, b"/Filter /FlateDecode"),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        _stream(corpus.XMP, b"/Type /Metadata /Subtype /XML"),
        b"<< /Type /Filespec /F (CANARY-NAME) /EF << /F 8 0 R >> >>",
        _stream(inside, b"/Type /EmbeddedFile /Filter /FlateDecode"),
        b"<< /S /URI /URI (" + home.encode() + b") >>",
        b"<< /S /JavaScript /JS (app.launchURL\\('" + home.encode() + b"'\\)) >>",
        b"<< /Type /Annot /Subtype /Link /Rect [0 0 595 842] /A 9 0 R /Contents (CANARY-NOTE) >>",
        b"<< /Author (CANARY-AUTHOR) /Producer (CANARY-PRODUCER) /CreationDate (D:20260102030405Z) /Title (CANARY) >>",
        b"<< /EmbeddedFiles << /Names [(a) 7 0 R] >> /JavaScript << /Names [(j) 10 0 R] >> >>",
        b"<< /Font << /F1 5 0 R >> >>",
    ]
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.6\n%<html><script>fetch('" + home.encode() + b"')</script></html>\n")
    for number, body in enumerate(bodies, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%b\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer << /Size %d /Root 1 0 R /Info 12 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, start))
    return out.getvalue()


def _stream(body: bytes, more: bytes) -> bytes:
    return b"<< /Length %d %b >>\nstream\n%b\nendstream" % (len(body), more, body)


def archive(members: dict[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, body in members.items():
            stored = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            made.writestr(zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6)), body, stored)
    return out.getvalue()


def docx(body: str = "", relations: str = "") -> bytes:
    """Author, company, template, sessions of editing, a comment, a deleted line, a photo, a preview."""
    types = (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="jpeg" ContentType="image/jpeg"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_TYPE}.document.main+xml"/>'
        f'<Override PartName="/word/settings.xml" ContentType="{_TYPE}.settings+xml"/>'
        f'<Override PartName="/word/comments.xml" ContentType="{_TYPE}.comments+xml"/>'
        '<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
        '<Override PartName="/docProps/app.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.extended-properties+xml"/></Types>'
    )
    document = (
        f'<w:document xmlns:w="{_W}" xmlns:r="{_REL}" xmlns:a="{_TRANSITIONAL}/main"><w:body>'
        '<w:p w:rsidR="00CANARY"><w:r w:rsidRPr="00CANARY"><w:t>what happened at the market</w:t></w:r></w:p>'
        '<w:p><w:del w:id="1" w:author="CANARY-EDITOR" w:date="2026-01-02T03:04:05Z"><w:r><w:delText>CANARY-DELETED'
        f"</w:delText></w:r></w:del></w:p>{body}</w:body></w:document>"
    )
    return archive({
        "[Content_Types].xml": types,
        "_rels/.rels": _relations(
            _relation("rId1", "officeDocument", "word/document.xml")
            + f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/thumbnail" '
            'Target="docProps/thumbnail.jpeg"/>'
        ),
        "docProps/core.xml": f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>CANARY-AUTHOR</dc:creator>'
        "<cp:lastModifiedBy>CANARY-LAST</cp:lastModifiedBy></cp:coreProperties>",
        "docProps/app.xml": '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
        "<Template>C:\\Users\\CANARY\\Normal.dotm</Template><Company>CANARY-COMPANY</Company></Properties>",
        "docProps/thumbnail.jpeg": corpus.jpeg(),
        "word/document.xml": document,
        "word/settings.xml": f'<w:settings xmlns:w="{_W}"><w:rsids><w:rsid w:val="00CANARY"/></w:rsids></w:settings>',
        "word/comments.xml": f'<w:comments xmlns:w="{_W}"><w:comment w:id="0" w:author="CANARY"/></w:comments>',
        "word/people.xml": "<people>CANARY-PEOPLE</people>",
        "word/media/image1.jpeg": corpus.jpeg(),
        "word/vbaProject.bin": b"CANARY-MACRO",
        "customXml/item1.xml": "<a>CANARY-CUSTOM</a>",
        "word/_rels/document.xml.rels": _relations(_relation("rId9", "image", "media/image1.jpeg") + relations),
    })  # fmt: skip


def _relations(inside: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inside}</Relationships>'


def _relation(name: str, kind: str, target: str, *, outside: bool = False) -> str:
    mode = ' TargetMode="External"' if outside else ""
    return f'<Relationship Id="{name}" Type="{_REL}/{kind}" Target="{target}"{mode}/>'


def docx_with_link(home: str = NOWHERE) -> bytes:
    """A link to be clicked fetches nothing by itself."""
    return docx(relations=_relation("rId5", "hyperlink", home, outside=True))


def docx_with_far_picture(home: str = NOWHERE) -> bytes:
    drawn = f'<w:p><w:r><a:blip xmlns:a="{_TRANSITIONAL}/main" r:link="rId5"/></w:r></w:p>'
    return docx(drawn, _relation("rId5", "image", home, outside=True))


def docx_with_field(home: str = NOWHERE) -> bytes:
    """A field cut into pieces, as editors write it: it fetches a picture when the paper is opened."""
    pieces = ("INCLU", "DEPIC", f'TURE "{home}" \\d')
    runs = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    return docx(f'<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>{runs}</w:p>')


def odt(picture: str = "Pictures/1.png") -> bytes:
    names = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
        'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
        'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.3"'
    )
    content = (
        f"<office:document-content {names}><office:body><office:text><text:tracked-changes>CANARY-CHANGES"
        f'</text:tracked-changes><text:p>what happened</text:p><text:p><draw:image xlink:href="{picture}"/></text:p>'
        "</office:text></office:body></office:document-content>"
    )
    meta = (
        f"<office:document-meta {names}><office:meta><dc:creator>CANARY-AUTHOR</dc:creator>"
        "<meta:generator>CANARY-OFFICE</meta:generator></office:meta></office:document-meta>"
    )
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.text"/>'
        "</manifest:manifest>"
    )
    return archive({
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": content,
        "meta.xml": meta,
        "Pictures/1.png": corpus.png(),
        "Thumbnails/thumbnail.png": corpus.png(),
        "META-INF/manifest.xml": manifest,
    })  # fmt: skip


def odt_with_far_picture(home: str = NOWHERE) -> bytes:
    return odt(home)


def svg(home: str = NOWHERE) -> bytes:
    return (
        '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="96" height="64"><metadata>CANARY-META</metadata><script>fetch("{home}")</script>'
        f'<image xlink:href="{home}" width="9" height="9"/><style>@import url("{home}");</style>'
        '<rect width="96" height="32" fill="#dc1e1e"/><desc>CANARY-DESC</desc></svg>'
    ).encode()


def docx_that_explodes() -> bytes:
    """Half a megabyte that unpacks to 600."""
    members: dict[str, bytes | str] = {"[Content_Types].xml": "<Types/>", "word/document.xml": "<a/>"}
    return archive(members | {f"word/media/{number}.xml": b"\0" * (300 << 20) for number in range(2)})


CLEANED: Final[dict[str, Callable[[], bytes]]] = {
    "paper.pdf": pdf,
    "paper.docx": docx,
    "link.docx": docx_with_link,
    "paper.odt": odt,
    "drawing.svg": svg,
}
CALLING: Final[dict[str, Callable[[str], bytes]]] = {  # what is refused, because opening it tells somebody
    "picture.docx": docx_with_far_picture,
    "field.docx": docx_with_field,
    "picture.odt": odt_with_far_picture,
}
