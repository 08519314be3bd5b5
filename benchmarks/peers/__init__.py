"""The servers that people would otherwise pick, each as its own package's examples do a broadcast room."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import attrs

HERE = Path(__file__).resolve().parent
CACHE = HERE.parent / ".cache"
NODE_MODULES = CACHE / "node" / "node_modules"
PYTHON = CACHE / "venv" / "bin" / "python"
DEBIAN = CACHE / "debian"
NCHAN = "usr/lib/nginx/modules/ngx_nchan_module.so"


@attrs.frozen
class Peer:
    """How one of them is installed and started.  *missing* says why it cannot be, or None."""

    name: str
    command: Callable[[int, Path], list[str]]
    missing: Callable[[], str | None]
    dialect: str = "plain"
    path: str = "/"
    environment: dict[str, str] = attrs.field(factory=dict)


def install() -> dict[str, str]:
    """Fetch what is not there yet, into `.cache`, with npm, pip and apt; what went wrong, by name."""
    troubles = {}
    for name, there, fetch in (
        ("node", _has_node, _fetch_node),
        ("python", _has_python, _fetch_python),
        ("nchan", lambda: _nchan_module() is not None, _fetch_nchan),
    ):
        if not there():
            try:
                fetch()
            except (OSError, subprocess.CalledProcessError) as error:
                troubles[name] = str(error)
    return troubles


def versions() -> dict[str, str]:
    """The versions of the peers that are installed."""
    found = {}
    if _has_node():
        script = "for (const n of ['ws','socket.io']) console.log(n, require(n + '/package.json').version)"
        found["node"] = _said("node", "--version")
        for line in _said("node", "-e", script, env={"NODE_PATH": str(NODE_MODULES)}).splitlines():
            name, _, number = line.partition(" ")
            found[name] = number
    if _has_python():
        for line in _said(str(PYTHON), "-m", "pip", "freeze").splitlines():
            name, _, number = line.partition("==")
            if name.lower() in ("websockets", "aiohttp", "uvicorn", "starlette", "autobahn", "twisted"):
                found[name.lower() + " (peer)"] = number
    if shutil.which("nginx"):
        said = subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=False)
        found["nginx"] = said.stderr.strip().rpartition("/")[2]
    return found


# Looked for deep inside, so that an installation that broke off is begun again.
def _has_node() -> bool:
    return (NODE_MODULES / "socket.io" / "package.json").exists() and (NODE_MODULES / "ws" / "package.json").exists()


def _has_python() -> bool:
    return PYTHON.with_name("py-spy").exists()  # the last of the requirements


def _said(*command: str, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | (env or {}))
    return done.stdout.strip()


def _fetch_node() -> None:
    folder = NODE_MODULES.parent
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "package.json", folder)
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=True)


def _fetch_python() -> None:
    subprocess.run([sys.executable, "-m", "venv", str(PYTHON.parents[1])], check=True)
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "-qq"]
    subprocess.run([*pip, "-r", str(HERE / "requirements.txt")], check=True)


def _fetch_nchan() -> None:
    """The module alone, unpacked where it disturbs nobody: the machine's own nginx loads it."""
    if not shutil.which("nginx"):
        raise OSError("nginx is not installed (Debian: apt-get install nginx)")
    DEBIAN.mkdir(parents=True, exist_ok=True)
    subprocess.run(["apt-get", "download", "-qq", "libnginx-mod-nchan"], cwd=DEBIAN, check=True)
    for package in DEBIAN.glob("*.deb"):
        subprocess.run(["dpkg", "-x", str(package), str(DEBIAN)], check=True)


def _nchan_module() -> Path | None:
    return next((path for root in (DEBIAN, Path("/")) if (path := root / NCHAN).exists()), None)


def _no_node() -> str | None:
    if not shutil.which("node"):
        return "Node is not installed"
    return None if _has_node() else "its npm packages are not installed (run with --install)"


def _no_python() -> str | None:
    return None if _has_python() else "its Python packages are not installed (run with --install)"


def _no_nchan() -> str | None:
    if not shutil.which("nginx"):
        return "nginx is not installed"
    return None if _nchan_module() else "libnginx-mod-nchan is not installed (run with --install)"


def _no_swoole() -> str | None:
    said = _said("php", "-m") if shutil.which("php") else ""
    return None if "swoole" in said.split() else "php has no swoole module (Debian 12 does not package it)"


def _nchan_command(port: int, folder: Path) -> list[str]:
    text = (HERE / "nchan.conf").read_text()
    for name, value in {"@MODULE@": _nchan_module(), "@PORT@": port, "@FOLDER@": folder}.items():
        text = text.replace(name, str(value))
    (folder / "nginx.conf").write_text(text)
    return ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "nginx.log")]


def _node(name: str, script: str, dialect: str = "plain", path: str = "/") -> Peer:
    def command(port: int, folder: Path) -> list[str]:
        return ["node", str(HERE / script), str(port)]

    return Peer(name, command, _no_node, dialect, path, {"NODE_PATH": str(NODE_MODULES), "NODE_ENV": "production"})


def _python(name: str, script: str) -> Peer:
    return Peer(name, lambda port, folder: [str(PYTHON), str(HERE / script), str(port)], _no_python)


PEERS = (
    _node("ws", "ws_room.js"),
    _node("socket.io", "socketio_room.js", "socketio", "/socket.io/?EIO=4&transport=websocket"),
    _python("websockets", "websockets_room.py"),
    _python("aiohttp", "aiohttp_room.py"),
    _python("starlette", "starlette_room.py"),
    _python("autobahn", "autobahn_room.py"),
    Peer("nchan", _nchan_command, _no_nchan, path="/room"),
    Peer("swoole", lambda port, folder: ["php", str(HERE / "swoole_room.php"), str(port)], _no_swoole),
)
