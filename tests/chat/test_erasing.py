"""What is left of a deleted message, whoever deletes it."""

from __future__ import annotations

from tests.chat.test_files import FileCase


class Erasing(FileCase):
    """What becomes of a message's files."""

    def test_by_report(self) -> None:
        """Deleted by somebody who decided a report, a message loses its files as if its author had deleted it."""
        notes = self.bring()
        seq = self.post(notes.id).seq
        report = self.house.wait(self.house.chat.moderation.report_message(self.ben, self.room, seq, "Not his"))
        self.house.wait(self.house.chat.moderation.decide(None, report, "deleted"))
        self.assertEqual(self.house.refusal(self.files.open(self.mei, notes.id)), "no_such_file")
        self.assertEqual(self.kept(), [])
