"""The files in deploy/ are true: nginx, systemd and webchat itself take them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from twisted.trial.unittest import SkipTest, SynchronousTestCase

from tests.support import nginx
from webchat.config import load

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"


class Nginx(SynchronousTestCase):
    def test_configuration(self) -> None:
        """nginx accepts the sample, with a certificate in place of the real one."""
        found = nginx.program()
        if found is None:
            raise SkipTest("nginx is not installed")
        folder = Path(self.mktemp()).absolute()
        config = nginx.configure(folder)
        done = subprocess.run([found, "-t", "-p", str(folder), "-c", str(config)], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("[warn]", done.stderr)

    def test_no_query_strings(self) -> None:
        """The access log names no query string and no invitation; the error log does not repeat requests."""
        sample = nginx.SAMPLE.read_text()
        formats = re.findall(r"log_format\b[^;]*;", sample)
        self.assertEqual(len(formats), 1)
        for variable in ("$request ", "$request_uri", "$args", "$query_string", '$request"', "$uri", "$http_referer"):
            self.assertNotIn(variable, formats[0])
        # At the level `error` nginx repeats the request, its query included, whenever webchat does not answer.
        servers = re.findall(r"^server {", sample, re.MULTILINE)
        self.assertEqual(len(re.findall(r"error_log\s+\S+ crit;", sample)), len(servers))


class Systemd(SynchronousTestCase):
    def analyze(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        if not shutil.which("systemd-analyze"):
            raise SkipTest("systemd-analyze is not installed")
        return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True)

    def test_exposure(self) -> None:
        """systemd rates the unit's exposure below 4 of 10."""
        done = self.analyze("security", "--no-pager", "--offline=true", str(DEPLOY / "webchat.service"))
        found = re.search(r"exposure level[^\d]*([\d.]+)", done.stdout)
        if not found:
            raise SkipTest(f"systemd-analyze cannot rate a file here: {done.stderr.strip()[:200]}")
        self.assertLess(float(found[1]), 4.0)

    def test_type(self) -> None:
        """The unit waits for READY=1 exactly if the server sends it."""
        tap = ROOT / "webchat" / "tap.py"
        notifies = tap.exists() and "tell_systemd" in tap.read_text()
        kind = re.search(r"^Type=(\w+)$", (DEPLOY / "webchat.service").read_text(), re.MULTILINE)
        assert kind
        self.assertEqual(kind[1], "notify" if notifies else "exec")


class Settings(SynchronousTestCase):
    def test_sample(self) -> None:
        """The sample of the settings is accepted as it stands, and with its comments taken away."""
        path = Path(self.mktemp()).absolute()
        text = (DEPLOY / "webchat.toml").read_text()
        for content in (text, re.sub(r"^#(\w+ = )", r"\1", text, flags=re.MULTILINE)):
            path.write_text(content)
            path.chmod(0o600)
            config = load({"config": [str(path)]}, {})
            self.assertEqual(config.public_url, "https://chat.example.org")
