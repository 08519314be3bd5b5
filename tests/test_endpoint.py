"""What the robot asks: its settings fit together, and its key stays where it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from webchat.config import Config, StartupError
from webchat.startup import PROMPT_LIMIT, endpoint

URL = "https://model.example/v1"


class Settings(SynchronousTestCase):
    def setUp(self) -> None:
        self.folder = Path(self.mktemp()).absolute()
        self.folder.mkdir()

    def file(self, content: str, mode: int = 0o600) -> Path:
        path = self.folder / "file"
        path.unlink(missing_ok=True)
        path.write_text(content)
        path.chmod(mode)
        return path

    def refused(self, **settings: Any) -> str:
        with self.assertRaises(StartupError) as caught:
            endpoint(Config(**settings))
        self.assertNotIn("swordfish", str(caught.exception))
        return str(caught.exception)

    def test_none(self) -> None:
        """A server told nothing asks nobody."""
        self.assertIsNone(endpoint(Config()))

    def test_all(self) -> None:
        """The key and the prompt are read from their files; what is shown of it is the host and the model."""
        key, prompt = self.file("swordfish\n"), self.folder / "prompt"
        prompt.write_text("You are {name}.\n")
        config = Config(robot_url=URL, robot_model="small", robot_key_file=key, robot_prompt=prompt, robot_tokens=9)
        found = endpoint(config)
        assert found is not None
        self.assertEqual(found[1], "swordfish")
        shown, tokens = found[0], found[0].tokens
        self.assertEqual(
            (shown.host, shown.model, shown.prompt, tokens), ("model.example", "small", "You are {name}.", 9)
        )
        self.assertNotIn("swordfish", f"{config} {config.shown()} {shown}")

    def test_apart(self) -> None:
        """Each needs the others."""
        self.assertIn("robot_model", self.refused(robot_url=URL))
        for name in ("robot_model", "robot_key_file", "robot_prompt"):
            self.assertIn(f"{name} is set without robot_url", self.refused(**{name: "x"}))

    def test_key(self) -> None:
        """A key is one word in a file that is nobody else's."""
        settings: dict[str, Any] = {"robot_url": URL, "robot_model": "small"}
        for mode in (0o644, 0o660):
            self.assertIn("chmod 600", self.refused(robot_key_file=self.file("swordfish", mode), **settings))
        for content in ("", "swordfish swordfish", "swordfish\nswordfish", "sword\u00e9fish", "swordfish" * 1_000):
            self.assertIn("a key and nothing else", self.refused(robot_key_file=self.file(content), **settings))
        self.assertIn("cannot be read", self.refused(robot_key_file=self.folder / "missing", **settings))

    def test_prompt(self) -> None:
        """A prompt is a text, and no book."""
        settings: dict[str, Any] = {"robot_url": URL, "robot_model": "small"}
        for content in ("", "x" * (PROMPT_LIMIT + 1)):
            self.assertIn(str(PROMPT_LIMIT), self.refused(robot_prompt=self.file(content), **settings))
        self.file("").write_bytes(b"\xff")
        self.assertIn("it holds no text", self.refused(robot_prompt=self.folder / "file", **settings))
