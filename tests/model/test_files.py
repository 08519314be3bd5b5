"""What files are by their first bytes, and what they may be called."""

from __future__ import annotations

import unicodedata

from twisted.trial.unittest import SynchronousTestCase

from webchat.model.files import GROUPS, NAME_LIMIT, SHOWN, file_name, type_of

MP4 = b"\0\0\0\x20ftypisom\0\0\2\0isomiso2mp41"
EBML = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm"


class Types(SynchronousTestCase):
    """Told by the content; a name only tells apart what is wrapped alike."""

    def test_known(self) -> None:
        """What people send every day is known for what it is."""
        for head, name, mime, group, kind in (
            (b"\x89PNG\r\n\x1a\n", "x", "image/png", "images", "image"),
            (b"\xff\xd8\xff\xe0", "x", "image/jpeg", "images", "image"),
            (b"GIF89a", "x", "image/gif", "images", "image"),
            (b"RIFF\0\0\0\0WEBPVP8 ", "x", "image/webp", "images", "image"),
            (b"\0\0\0\x18ftypheic", "x", "image/heic", "images", "file"),
            (b"%PDF-1.7", "x", "application/pdf", "pdf", "file"),
            (b"ID3\x04", "x", "audio/mpeg", "audio", "audio"),
            (b"RIFF\0\0\0\0WAVEfmt ", "x", "audio/wav", "audio", "audio"),
            (b"OggS\0\2" + b"OpusHead", "x", "audio/ogg", "audio", "audio"),
            (b"OggS\0\2" + b"\x80theora", "x", "video/ogg", "video", "video"),
            (EBML + b"\x86\x86A_OPUS", "x", "audio/webm", "audio", "audio"),
            (EBML + b"\x86\x85V_VP9\x86\x86A_OPUS", "x", "video/webm", "video", "video"),
            (MP4, "x.mp4", "video/mp4", "video", "video"),
            (MP4 + b"hdlr....soun", "x.mp4", "audio/mp4", "audio", "audio"),
            (b"PK\x03\x04", "a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
             "office", "file"),
            (b"PK\x03\x04", "a.jar", "application/zip", "archives", "file"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.xls", "application/vnd.ms-excel", "office", "file"),
            (b"\x1f\x8b\x08", "a.tgz", "application/gzip", "archives", "file"),
            ("hello\n你好".encode(), "a.txt", "text/plain", "text", "file"),
            ("你好".encode("gb18030"), "a.txt", "text/plain", "text", "file"),
            ("\ufeffhello".encode("utf-16-le"), "a.txt", "text/plain", "text", "file"),
        ):  # fmt: skip
            found = type_of(head, name)
            self.assertEqual((found.mime, found.group, found.kind), (mime, group, kind), head)

    def test_pages(self) -> None:
        """What a browser could make a page of is markup, whatever it is called, and goes out as bytes."""
        for head in (
            b"<!DOCTYPE html><p>",
            b"  \n<HTML><body>",
            b"<svg xmlns='http://www.w3.org/2000/svg'>",
            b"<?xml version='1.0'?><svg>",
            b"hello <script>alert(1)</script>",
            "\ufeff<script>".encode("utf-16-le"),
        ):
            found = type_of(head, "cat.txt")
            self.assertEqual((found.group, found.served_as), ("markup", "application/octet-stream"), head)
            self.assertNotIn(found.mime, SHOWN)

    def test_unknown(self) -> None:
        """Programs, and pictures that are not decoded here, are of no known kind, whatever their names say."""
        for head in (b"MZ\x90\0", b"\x7fELF\2\1", b"8BPS\0\1", b"\xc5\xd0\xd3\xc6\0", b"\0", b"\xca\xfe\xba\xbe\0\0"):
            self.assertEqual(type_of(head, "cat.png").group, "other", head)
        self.assertIn("other", GROUPS)


class Names(SynchronousTestCase):
    """A name harms nobody's disk, and fools nobody."""

    def test_hostile(self) -> None:
        """Folders, devices, controls and signs that turn the text around are taken out."""
        for name, kept in (
            ("../../x", "x"),
            ("..\\..\\windows\\x.txt", "x.txt"),
            ("/etc/passwd", "passwd"),
            ("a\0b.txt", "ab.txt"),
            ("photo\u202egnp.exe", "photognp.exe"),
            ("CON", "_CON"),
            ("con.txt", "_con.txt"),
            ("LPT1.png", "_LPT1.png"),
            ("console.txt", "console.txt"),
            ("..", "file"),
            ("", "file"),
            ("\u200b", "file"),
            (".htaccess", "htaccess"),
            ("a\r\nSet-Cookie: x=y.txt", "aSet-Cookie_ x=y.txt"),
            ('a"b<c>.txt', "a_b_c_.txt"),
            ("trailing. . ", "trailing"),
            ("\ud800x", "x"),
            ("文档 1.txt", "文档 1.txt"),
            ("e\u0301.txt", "\u00e9.txt"),
        ):
            self.assertEqual(file_name(name), kept, ascii(name))

    def test_long(self) -> None:
        """Of a name that is too long the end is kept, which says what it is."""
        name = file_name("名" * 300 + ".txt")
        self.assertEqual((len(name), name[-4:]), (NAME_LIMIT, ".txt"))
        self.assertEqual(len(file_name("x" * 300)), NAME_LIMIT)
        self.assertEqual(len(file_name("x." + "y" * 300)), NAME_LIMIT)
        self.assertTrue(unicodedata.is_normalized("NFC", name))

    def test_extension(self) -> None:
        """A file whose name says that it is something else gets the right end."""
        self.assertEqual(file_name("cat.exe", ("png",)), "cat.exe.png")
        self.assertEqual(file_name("cat.PNG", ("png",)), "cat.PNG")
        self.assertEqual(file_name("cat", ("jpg", "jpeg")), "cat.jpg")
