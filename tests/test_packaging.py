"""What is in the wheel, and that it runs where there is neither Node nor a compiler nor this folder."""

from __future__ import annotations

import functools
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path
from typing import NamedTuple

from twisted.trial.unittest import SkipTest, TestCase

ROOT = Path(__file__).parent.parent
NOT_COPIED = shutil.ignore_patterns(
    ".venv", ".git", ".make", "node_modules", "build", "dist", "*.egg-info", "__pycache__", "_trial_temp*", "static",
    "data", "dropin.cache", "benchmarks", ".*_cache", ".hypothesis",
)  # fmt: skip


class Built(NamedTuple):
    """The distributions, and the copy of the sources they were made of."""

    folder: Path
    source: Path
    wheel: Path
    sdist: Path


@functools.cache
def built() -> Built:
    """Builds once, in a copy, with a made-up browser interface."""
    if importlib.util.find_spec("build") is None:
        raise SkipTest("the Python package build is not installed")
    folder = Path("packaging").absolute()
    shutil.rmtree(folder, ignore_errors=True)
    source = folder / "source"
    shutil.copytree(ROOT, source, ignore=NOT_COPIED)
    static = source / "webchat" / "static"
    (static / "assets").mkdir(parents=True)
    (static / "assets" / "app-1a2b.js").write_text("1")
    (static / "index.html").write_text("<!doctype html><title>made up</title>")
    (source / "twisted" / "plugins" / "dropin.cache").write_text("stale")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder / "dist"), cwd=source)
    return Built(folder, source, next((folder / "dist").glob("*.whl")), next((folder / "dist").glob("*.tar.gz")))


class Distribution(TestCase):
    def setUp(self) -> None:
        self.folder, self.source, self.wheel, self.sdist = built()

    def names(self) -> set[str]:
        with zipfile.ZipFile(self.wheel) as archive:
            return set(archive.namelist())

    def test_wheel(self) -> None:
        """The wheel is for every machine, and holds the interface, the migrations and the plugin."""
        self.assertTrue(self.wheel.name.endswith("-py3-none-any.whl"), self.wheel.name)
        names = self.names()
        for name in ("webchat/static/index.html", "webchat/static/assets/app-1a2b.js", "webchat/py.typed",
                     "webchat/store/migrations/env.py", "webchat/robot/help.toml", "webchat/robot/talk.toml",
                     "webchat/robot/face.png", "twisted/plugins/webchat_plugin.py"):  # fmt: skip
            self.assertIn(name, names)
        self.assertTrue(any(name.startswith("webchat/store/migrations/versions/v0001") for name in names))

    def test_nothing_else(self) -> None:
        """The wheel brings neither tests nor tools, nor files that would make `twisted` a package of ours."""
        tops = {name.split("/")[0] for name in self.names()}
        self.assertEqual({top for top in tops if not top.endswith(".dist-info")}, {"webchat", "twisted"})
        for name in self.names():
            self.assertFalse(name.endswith((".pyc", "dropin.cache")), name)
        self.assertNotIn("twisted/__init__.py", self.names())
        self.assertNotIn("twisted/plugins/__init__.py", self.names())

    def test_sdist(self) -> None:
        """From the sdist everything can be built and tested, without Node too: the interface is inside, built."""
        with tarfile.open(self.sdist) as archive:
            names = {name.partition("/")[2] for name in archive.getnames()}
        for name in ("webchat/static/index.html", "frontend/package.json", "frontend/package-lock.json", "LICENSE",
                     "webchat.tac", "tests/test_packaging.py", "deploy/webchat.service", "Makefile"):  # fmt: skip
            self.assertIn(name, names)
        self.assertFalse([name for name in names if "node_modules/" in name or name.endswith("dropin.cache")])

    def test_from_wheel(self) -> None:
        """Installed from the wheel into a fresh environment, every way of starting knows webchat."""
        self.starts(str(self.wheel))

    def test_editable(self) -> None:
        """Installed in place, as developers do, every way of starting knows webchat."""
        self.starts("--no-build-isolation", "--editable", str(self.source))

    def starts(self, *what: str) -> None:
        venv = self.folder / f"venv-{self._testMethodName}"
        run(sys.executable, "-m", "venv", "--without-pip", str(venv))
        python = venv / "bin" / "python"
        site = Path(run(str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
        # The dependencies are those of this environment; a .pth file inside a folder named here is not read, so an
        # editable webchat of this environment stays out.
        (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
        environ = {**os.environ, "WEBCHAT_SKIP_UI": "1"}
        run(sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python), "install", "--quiet",
            "--no-deps", *what, environ=environ)  # fmt: skip
        elsewhere = venv / "elsewhere"
        elsewhere.mkdir()
        where = run(str(python), "-c", "import webchat; print(webchat.__file__)", cwd=elsewhere)
        self.assertIn(str(self.folder), where)
        twistd = "from twisted.scripts.twistd import run; run()"
        for command in (
            [str(python), "-m", "twisted", "webchat", "--help"],
            [str(python), "-c", twistd, "webchat", "--help"],
            [str(venv / "bin" / "webchat"), "--help"],
        ):
            self.assertIn("webchat", run(*command, cwd=elsewhere))
        self.assertIn("--public-url", run(str(python), "-m", "twisted", "webchat", "--help", cwd=elsewhere))


def run(*command: str, cwd: Path | None = None, environ: dict[str, str] | None = None) -> str:
    # `trial -j` shows its workers the sources by PYTHONPATH; what is installed must do without.
    environ = {name: value for name, value in (environ or os.environ).items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=cwd, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, timeout=300,
    )  # fmt: skip
    if done.returncode:
        raise AssertionError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-3000:]}")
    return done.stdout
