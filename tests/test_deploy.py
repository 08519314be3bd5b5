"""The files in deploy/ are true: nginx, systemd and webchat itself take them."""

from __future__ import annotations

import datetime
import os
import re
import shutil
import subprocess
from pathlib import Path

from twisted.trial.unittest import SkipTest, SynchronousTestCase

from webchat.config import load

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"


class Nginx(SynchronousTestCase):
    def test_configuration(self) -> None:
        """nginx accepts the sample, with a certificate in place of the real one."""
        nginx = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if nginx is None:
            raise SkipTest("nginx is not installed")
        folder = Path(self.mktemp()).absolute()
        folder.mkdir()
        certificate(folder)
        sample = (DEPLOY / "nginx.conf").read_text()
        sample = re.sub(r"/etc/letsencrypt/live/[^/]+/", f"{folder}/", sample).replace("/var/log/nginx", str(folder))
        # `nginx -t` opens the ports: high ones, which need no rights and are nobody's.
        sample = sample.replace(":80;", ":18080;").replace(" 80;", " 18080;")
        sample = sample.replace(":443 ssl", ":18443 ssl").replace(" 443 ssl", " 18443 ssl")
        (folder / "webchat.conf").write_text(sample)
        (folder / "nginx.conf").write_text(
            f"pid {folder}/pid; error_log {folder}/error.log;\nevents {{}}\nhttp {{\n"
            + "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi"))
            + f"scgi_temp_path {folder}/scgi; access_log off; include {folder}/webchat.conf;\n}}\n"
        )
        done = subprocess.run(
            [nginx, "-t", "-p", str(folder), "-c", str(folder / "nginx.conf")], capture_output=True, text=True
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("[warn]", done.stderr)

    def test_no_query_strings(self) -> None:
        """The access log names no query string."""
        formats = re.findall(r"log_format\b[^;]*;", (DEPLOY / "nginx.conf").read_text())
        self.assertEqual(len(formats), 1)
        for variable in ("$request ", "$request_uri", "$args", "$query_string", '$request"'):
            self.assertNotIn(variable, formats[0])


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


def certificate(folder: Path) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "chat.example.org")])
    day = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(day).not_valid_after(day + datetime.timedelta(days=3650))
    (folder / "fullchain.pem").write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
