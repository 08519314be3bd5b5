"""Account names and addresses."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from webchat.model.names import RESERVED, account_name, email_key, name_key
from webchat.model.refusals import BadEmail, BadName


class Names(SynchronousTestCase):
    def taken(self, *names: str) -> None:
        for name in names:
            self.assertEqual(account_name(name), name)

    def refused(self, *names: str) -> None:
        for name in names:
            try:
                answer = account_name(name)
            except BadName as refusal:
                self.assertEqual(refusal.field, "name")
            else:
                self.fail(f"{name!r} was taken as {answer!r}")

    def test_plain(self) -> None:
        """Letters and digits make a name, with dots, dashes and underscores between them."""
        self.taken("anna", "Anna", "a1", "anna.b-c_d", "42", "jürgen", "Ωμέγα", "иван", "דוד", "a..b")

    def test_east_asian(self) -> None:
        """Chinese, Japanese and Korean names pass, also those that mix their scripts."""
        self.taken("王小明", "李雷2", "山田たろう", "佐々木", "コーヒー", "김철수", "金철수")

    def test_length(self) -> None:
        """A name has 2 to 32 characters."""
        self.taken("ab", "a" * 32, "中" * 32)
        self.refused("", "a", "中", "a" * 33, "a" * 10_000)

    def test_composed(self) -> None:
        """A name is stored with its accents in one form, and measured so."""
        self.assertEqual(account_name("ju\u0308rgen"), "j\u00fcrgen")
        self.refused("u\u0308")

    def test_signs(self) -> None:
        """Blanks, punctuation, emoji, controls and invisible characters make no name."""
        for sign in " \t\n\x00\x7f@/:,;!?'\"<>&%#+=*\\😀\u200b\u200d\u202e\ufeff\u00ad\ud800\u2028\u0338":
            self.refused(f"an{sign}na")

    def test_ends(self) -> None:
        """A name neither begins nor ends with a sign."""
        self.refused(".anna", "anna.", "-anna", "anna-", "_anna", "anna_", "..")

    def test_compatibility_forms(self) -> None:
        """Letters that are only another shape of a plain one make no name."""
        self.refused("ａｎｎａ", "ﬁn", "𝐚nna", "²a", "ªa", "١٢")

    def test_one_script(self) -> None:
        """Letters of two scripts do not stand in one name."""
        self.refused("аnna", "annа", "annaω", "anna王", "иванω")

    def test_case(self) -> None:
        """Capitals make no second name."""
        for one, other in (("Anna", "aNNA"), ("JÜRGEN", "jürgen"), ("ИВАН", "иван"), ("STRASSE", "straße")):
            self.assertEqual(name_key(one), name_key(other))
        self.assertNotEqual(name_key("anna"), name_key("hanna"))
        self.assertNotEqual(name_key("王小明"), name_key("王小民"))

    def test_lookalikes(self) -> None:
        """A name in Cyrillic or Greek letters that looks like a Latin one is the same name."""
        for foreign, latin in (("сосо", "coco"), ("РОРЕ", "pope"), ("оса", "oca"), ("ѕау", "say"), ("κατο", "kato")):
            self.assertNotEqual(foreign, latin)
            self.assertEqual(account_name(foreign), foreign)
            self.assertEqual(name_key(foreign), name_key(latin))

    def test_lookalikes_of_one_script(self) -> None:
        """Nor does a name get by with Latin letters that only look plain, or an alphabet that looks like capitals."""
        self.assertEqual(name_key("me\u0131"), name_key("mei"))
        self.assertEqual(name_key("\u01a8am"), name_key("sam"))
        self.assertEqual(name_key("\u0585\u057d\u0578"), name_key("oun"))
        for name in ("adm\u0131n", "\u01a8upport"):
            self.assertRaises(BadName, account_name, name)
        small_capitals, script_letters, clicks = "\u1d0d\u1d07\u026a", "mei\u0261", "me\u01c0"
        lisu, cherokee, deseret = "\ua4ee\ua4d3\ua4df", "\u13aa\u13a0\u13b7", "\U0001040e\U00010428"
        for name in (small_capitals, script_letters, clicks, lisu, cherokee, deseret, "\ua732dmir"):
            self.assertRaises(BadName, account_name, name)
        for name in (
            "\u0131\u015f\u0131k",
            "k\u0254f\u025b",
            "Nguy\u1ec5n",
            "\u0540\u0561\u0575\u056f",
            "\u10d2\u10d8\u10dd",
        ):
            self.assertEqual(account_name(name), name)

    def test_reserved(self) -> None:
        """Names that speak for the server are kept back, in capitals and in look-alikes too."""
        for name in RESERVED:
            self.refused(name, name.upper())
        self.refused("вот", "ВОТ", "Admin")
        self.taken("admin2", "administrate", "bots")


class Addresses(SynchronousTestCase):
    def test_folded(self) -> None:
        """An address is the same in capitals, and with blanks around it."""
        self.assertEqual(email_key("  Anna@Example.ORG\n"), email_key("anna@example.org"))
        self.assertEqual(email_key("王@例子.公司"), "王@例子.公司")

    def test_refused(self) -> None:
        """What is no address is refused."""
        for text in ("", "anna", "@example.org", "anna@", "a@b@c", "a b@c.d", "a@b..c", "a@.b", "a@b.", "a\x00@b.c"):
            self.assertEqual(self.assertRaises(BadEmail, email_key, text).field, "email")

    def test_length(self) -> None:
        """An address has at most 254 characters, 64 of them before the sign."""
        self.assertEqual(len(email_key("a" * 64 + "@" + "b" * 189)), 254)
        self.assertRaises(BadEmail, email_key, "a" * 64 + "@" + "b" * 190)
        self.assertRaises(BadEmail, email_key, "a" * 65 + "@b.c")
