"""What a file really is, told by its first bytes and never by its name."""

from __future__ import annotations

from typing import Literal

Kind = Literal["jpeg", "png", "webp", "tiff"]
ACCEPTED = "JPEG, PNG, WebP and TIFF"

_LOOK = 1024  # bytes: enough for a comment or a doctype before the first tag of an SVG

_ISO_BRANDS = {
    b"avif": "an AVIF picture",
    b"avis": "an AVIF animation",
    b"heic": "a HEIC picture",
    b"heix": "a HEIC picture",
    b"heim": "a HEIC picture",
    b"heis": "a HEIC picture",
    b"hevc": "a HEIC animation",
    b"hevx": "a HEIC animation",
    b"mif1": "a HEIF picture",
    b"msf1": "a HEIF animation",
    b"crx ": "a camera's raw file (CR3)",
    b"qt  ": "a QuickTime video",
}
_RIFF_FORMS = {b"AVI ": "an AVI video", b"WAVE": "a WAV sound"}
_MAGICS = (
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    (b"BM", "a BMP picture"),
    (b"8BPS", "a Photoshop document"),
    (b"%PDF", "a PDF document"),
    (b"%!PS", "a PostScript file"),
    (b"\xc5\xd0\xd3\xc6", "an EPS file"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"\x00\x00\x01\x00", "a Windows icon"),
    (b"\x76\x2f\x31\x01", "an OpenEXR picture"),
    (b"#?RADIANCE", "a Radiance picture"),
    (b"FUJIFILMCCD-RAW", "a camera's raw file (RAF)"),
    (b"IIRO", "a camera's raw file (ORF)"),
    (b"IIRS", "a camera's raw file (ORF)"),
    (b"IIU\x00", "a camera's raw file (RW2)"),
    (b"gimp xcf", "a GIMP document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x1aE\xdf\xa3", "a Matroska or WebM video"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"#!", "a script"),
    (b"push graphic-context", "an MVG drawing"),
)


def kind_of(data: bytes) -> Kind | None:
    """The format of `data` if it is one that Packshot takes, else None."""
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "webp"
    # The second pair is BigTIFF; Canon's CR2 says TIFF but keeps the photo in a private strip.
    if data.startswith((b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")) and data[8:10] != b"CR":
        return "tiff"
    return None


def describe(data: bytes) -> str:
    """What `data`, of no accepted kind, is in words that follow "is": "a PDF document", "of no format that we know"."""
    if data[4:8] == b"ftyp":
        return _ISO_BRANDS.get(data[8:12], "an MP4 video")
    if data.startswith(b"RIFF"):
        return _RIFF_FORMS.get(data[8:12], "a RIFF file")
    if data.startswith(b"II*\x00") and data[8:10] == b"CR":
        return "a camera's raw file (CR2)"
    for magic, words in _MAGICS:
        if data.startswith(magic):
            return words
    return _describe_text(data[:_LOOK])


def _describe_text(head: bytes) -> str:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(b"<") and b"<svg" in start:
        return "an SVG drawing"
    if start.startswith(b"<") and b"<html" in start:
        return "a web page"
    if start.startswith(b"<?xml"):
        return "an XML file"
    printable = sum(byte >= 0x20 or byte in b"\t\r\n" for byte in head)
    if b"\x00" not in head and printable > 0.95 * len(head):
        return "text"
    return "of no format that we know"
