"""The versions below which something is known to be wrong, and what is really installed."""

import json
import re
import sqlite3
import sys
from importlib.metadata import requires, version
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

ROOT = Path(__file__).parent.parent

FLOORS = {
    "Twisted": "26.10.0",  # request smuggling, HTTP/2 rapid reset
    "autobahn": "26.10.1",  # GHSA-hxp9-w8x3-p566: the limit on a message's size counted compressed bytes
    "klein": "24.8.0",
    "txpostgres": "1.7.0",
    "psycopg2-binary": "2.9.13",
    "SQLAlchemy": "2.1",
    "alembic": "1.20",
    "msgspec": "0.22",
    "attrs": "26.1",
    "argon2-cffi": "25.1",
    "prometheus-client": "0.26",
}

CEILINGS = {"SQLAlchemy": "2.2"}


def numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3])


class InstalledVersions(SynchronousTestCase):
    def test_floors(self) -> None:
        """No package is older than the first version without a hole we know."""
        for name, floor in FLOORS.items():
            self.assertGreaterEqual(numbers(version(name)), numbers(floor), name)

    def test_ceilings(self) -> None:
        """SQLAlchemy is the series whose drivers and statements we know."""
        for name, ceiling in CEILINGS.items():
            self.assertLess(numbers(version(name)), numbers(ceiling), name)

    def test_declared(self) -> None:
        """The package asks for these floors itself, so that an installation cannot fall below."""
        declared = {}
        for line in requires("webchat") or []:
            if "extra ==" not in line:
                found = re.match(r"([\w.-]+)(?:\[.*?\])?(.*)", line)
                assert found
                declared[found[1].lower()] = found[2]
        for name, floor in FLOORS.items():
            self.assertIn(f">={floor}", declared[name.lower()].replace(" ", ""), name)

    def test_python(self) -> None:
        """Python is 3.11 or newer: on 3.10 pip falls back to an Autobahn with a known hole."""
        self.assertGreaterEqual(sys.version_info[:2], (3, 11))

    def test_sqlite(self) -> None:
        """SQLite knows RETURNING."""
        self.assertGreaterEqual(sqlite3.sqlite_version_info, (3, 35))

    def test_interface(self) -> None:
        """Each package the interface is built with is locked by its hash, and none runs a program when it comes in."""
        locked = json.loads((ROOT / "frontend" / "package-lock.json").read_text())["packages"]
        for name, package in locked.items():
            if name and not package.get("inBundle"):
                self.assertTrue(package.get("integrity", "").startswith("sha512-"), name)
        self.assertIn('"ci", "--ignore-scripts"', (ROOT / "setup.py").read_text())

    def test_pinned(self) -> None:
        """Each package webchat asks for is pinned to the version it was tested with."""
        pinned = re.findall(r"^([\w.-]+)==", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
        names = {re.sub(r"[-_.]+", "-", name).lower() for name in pinned}
        for line in requires("webchat") or []:
            found = re.match(r"[\w.-]+", line)
            if found and "extra ==" not in line:
                self.assertIn(re.sub(r"[-_.]+", "-", found[0]).lower(), names)

    def test_no_http2(self) -> None:
        """HTTP/2 stays with the proxy: under it a WebSocket request would end in an error of ours."""
        with self.assertRaises(ImportError):
            __import__("h2")
