"""A real nginx with the site of deploy/nginx.conf, on ports of its own and with a certificate made for it."""

from __future__ import annotations

import contextlib
import datetime
import os
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

SAMPLE = Path(__file__).parents[2] / "deploy" / "nginx.conf"
PORTS = (18080, 18443)


def program() -> str | None:
    """The nginx of this machine."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def configure(folder: Path, ports: tuple[int, int] = PORTS, upstream: int = 8080) -> Path:
    """Writes the sample into *folder*, changed in nothing but places and ports; the file nginx is to be started with.

    High ports need no rights, and are nobody's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    certificate(folder)
    sample = re.sub(r"/etc/letsencrypt/live/[^/]+/", f"{folder}/", SAMPLE.read_text())
    sample = sample.replace("/var/log/nginx", str(folder))
    for usual, ours in zip((80, 443), ports, strict=True):
        sample = re.sub(rf"(listen (?:\[::\]:)?){usual}\b", rf"\g<1>{ours}", sample)
    sample = sample.replace("127.0.0.1:8080", f"127.0.0.1:{upstream}")
    (folder / "webchat.conf").write_text(sample)
    config = folder / "nginx.conf"
    config.write_text(
        f"pid {folder}/pid; error_log {folder}/error.log; worker_processes 1;\nevents {{}}\nhttp {{\n"
        + "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi"))
        + f"scgi_temp_path {folder}/scgi; access_log off; include {folder}/webchat.conf;\n}}\n"
    )
    return config


class Nginx:
    """nginx in front of the server at the port *upstream*; *port* speaks TLS, *plain* sends people there."""

    def __init__(self, folder: Path, ports: tuple[int, int], upstream: int) -> None:
        found = program()
        assert found is not None
        self.folder, (self.plain, self.port) = folder, ports
        config = configure(folder, ports, upstream)
        command = [found, "-p", str(folder), "-c", str(config), "-g", "daemon off;"]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        ends = time.monotonic() + 10
        while time.monotonic() < ends and self._process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.02)
        self.close()
        raise OSError("nginx does not start")

    def logs(self) -> str:
        """All that it has logged."""
        return "".join(path.read_text("utf-8", "replace") for path in sorted(self.folder.glob("*.log")))

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait(10)
        if self._process.stderr:
            self._process.stderr.close()


def certificate(folder: Path) -> None:
    """A certificate for chat.example.org, signed by itself, under the names that the sample uses."""
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
