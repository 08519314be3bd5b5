"""Settings that follow a person."""

from __future__ import annotations

from typing import Any

from tests.chat.test_people import PeopleCase
from webchat.chat.preferences import MOST_BYTES, MOST_KEYS, Preferences


class Following(PeopleCase):
    """From one device to the other."""

    def setUp(self) -> None:
        super().setUp()
        self.preferences: Preferences = self.house.chat.preferences

    def change(self, **changes: Any) -> Any:
        return self.preferences.change(self.mei, {name.replace("_", "."): value for name, value in changes.items()})

    def test_told(self) -> None:
        """What is set on one device is told to the others, and to nobody else."""
        mei, anna = self.house.connect(self.mei), self.house.connect(self.anna)
        mei.rest(), anna.rest()
        self.assertEqual(self.wait(self.change(theme="dark", text_size=18)), {"text.size": 18, "theme": "dark"})
        self.assertEqual(mei.next(), {"type": "preferences", "changed": {"theme": "dark", "text.size": 18}})
        self.assertEqual(
            self.wait(self.change(theme=None, tips={"seen": [1, 2]})), {"text.size": 18, "tips": {"seen": [1, 2]}}
        )
        self.assertEqual(mei.next(), {"type": "preferences", "changed": {"theme": None, "tips": {"seen": [1, 2]}}})
        self.assertEqual(anna.rest(), [])
        self.assertEqual(self.wait(self.preferences.mine(self.mei)), {"text.size": 18, "tips": {"seen": [1, 2]}})
        self.assertEqual(self.wait(self.preferences.mine(self.anna)), {})

    def test_nothing(self) -> None:
        """No change tells nobody."""
        mei = self.house.connect(self.mei)
        mei.rest()
        self.wait(self.change())
        self.assertEqual(mei.rest(), [])

    def test_limits(self) -> None:
        """Keys are short and plain, values small, and there are not many; what is refused changes nothing."""
        for key in ("", "Theme", "a b", "x" * 41, "a_b", "théme", "a\n"):
            self.assertEqual(self.house.refusal(self.preferences.change(self.mei, {key: 1})), "bad_request", key)
        self.assertEqual(self.house.refusal(self.change(big="x" * MOST_BYTES)), "bad_request")
        many = {"k" * (number + 1): number for number in range(MOST_KEYS)}
        self.wait(self.preferences.change(self.mei, many))
        self.assertEqual(self.house.refusal(self.change(theme="dark")), "too_many")
        self.assertEqual(self.wait(self.preferences.mine(self.mei)), many)
