"""Who may be meant by a text."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from webchat.model.mentions import PEOPLE_MAX, mentioned
from webchat.model.names import name_key


class Found(SynchronousTestCase):
    def names(self, text: str) -> list[str]:
        """For each name in *text* the longest that it may be."""
        found = mentioned(text)
        return [] if found is None else [keys[0] for keys in found.names]

    def test_names(self) -> None:
        """A name follows an @ of either width, at the beginning, after a blank, a bracket, or Chinese."""
        for text, names in (
            ("@anna", ["anna"]),
            ("hi @Anna, hi ＠mei!", ["anna", "mei"]),
            ("(@anna)", ["anna"]),
            ("@anna.", ["anna"]),
            ("@anna-marie_2.", ["anna-marie_2"]),
            ("你好@anna", ["anna"]),
            ("@anna你好", ["anna"]),
            ("@anna @anna", ["anna"]),
            ("@Émile", ["émile"]),
            ("@Анна", [name_key("анна")]),
            ("@a", []),
            ("@", []),
            ("@@anna", []),
            ("@" + "x" * 33, []),
            ("no one", []),
        ):
            self.assertEqual(self.names(text), names, text)

    def test_unbroken(self) -> None:
        """A Chinese name ends where it ends, so each beginning may be it, the longest first."""
        found = mentioned("你好@林晓月在吗")
        assert found is not None
        self.assertEqual(found.names, (("林晓月在吗", "林晓月在", "林晓月", "林晓"),))

    def test_no_addresses(self) -> None:
        """Nothing in an address, of either kind, nor after a sign that takes the meaning away, means anybody."""
        for text in (
            "me@anna.example",
            "me.too@anna",
            "x+y@anna",
            "https://example.com/@anna",
            "@anna@example.com",
            "\\@anna",
        ):
            self.assertEqual(self.names(text), [], text)

    def test_no_code(self) -> None:
        """What is quoted as code means nobody; a lone backtick quotes nothing."""
        for text, names in (
            ("`@anna`", []),
            ("``a ` @anna`` @mei", ["mei"]),
            ("` @anna", ["anna"]),
            ("```\n@anna\n```\n@mei", ["mei"]),
            ("~~~py\n@anna\n~~~", []),
            ("```\n@anna", []),
        ):
            self.assertEqual(self.names(text), names, text)

    def test_everybody(self) -> None:
        """Everybody, or those who are here, in either language; all are more than those."""
        for text, everyone in (
            ("@all", "all"),
            ("@ALL!", "all"),
            ("@所有人请注意", "all"),
            ("@here", "here"),
            ("看看＠在线", "here"),
            ("@here @all", "all"),
            ("@all @here", "all"),
            ("@allan", None),
            ("`@all`", None),
        ):
            found = mentioned(text)
            self.assertEqual(found and found.everyone, everyone, text)

    def test_many(self) -> None:
        """A message means so many people and no more, and a text made to be slow is not."""
        self.assertEqual(len(self.names(" ".join(f"@n{number}" for number in range(999)))), PEOPLE_MAX)
        for text in (
            "@" * 10_000,
            "@林" * 5_000,
            "`" * 10_000 + "@anna",
            "```\n@" * 2_000,
            "@" + "林" * 9_999,
            "@a." * 3_333,
        ):
            self.names(text)
