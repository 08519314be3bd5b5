"""The floors of the house, read from the source: what is imported, what is named, what is explained, what is tested."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "webchat"

# What each floor may import of webchat; the modules of no floor (config, startup) build and configure.
MAY_IMPORT = {
    "model": {"model"},
    "store": {"store", "model"},
    "live": {"live", "model"},
    "robot": {"robot", "model"},
    "chat": {"chat", "store", "live", "robot", "model"},
    "ws": {"ws", "chat", "live", "model"},
    "http": {"http", "chat", "live", "model"},
    "jobs": {"jobs", "chat", "store", "live", "robot", "model"},
    "client": {"client", "model"},
    "legacy": {"legacy", "ws", "http", "chat", "live", "model"},
    "config": {"config", "model", ""},
    "startup": {"startup", "config", "store", "model", ""},
    "metrics": {"metrics", "ws", "http", "chat", "live"},
    "visiting": {"client", "robot", "model"},
    "talk": {"visiting", "client", "robot", "model", "config"},
    "composition": {"*"},
    "server": {"composition", "startup", "config", "ws", "jobs", "chat", "model", ""},
    "tap": {"server", "startup", "config", ""},
    "cli": {"*"},
    "embed": {"server", "startup", "config", "model", ""},
    "": {""},
}
# Every floor may know the version.
EVERYBODY = {"__version__"}

# Clocks, chance, the reactor and the environment are given to everything but these.
GIVERS = {"composition.py", "tap.py", "cli/__init__.py", "cli/opening.py", "cli/installation.py"}
# A client stands in somebody else's program, which should not have to bring it dice.
MAY_TAKE = {"client": {"random", "secrets"}}
FORBIDDEN_CALLS = {
    "time.time", "time.time_ns", "time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.sleep",
    "os.environ", "os.getenv", "os.urandom", "datetime.now", "datetime.utcnow", "datetime.datetime.now",
}  # fmt: skip
FORBIDDEN_MODULES = {"secrets", "random", "uuid", "twisted.internet.reactor"}
# Only what computes (compare_digest) may be taken of these.
ALLOWED_NAMES = {("secrets", "compare_digest")}

# Modules without a test module of their own, and why.
NO_TEST_OF_ITS_OWN = {
    "model/ids.py": "only names of types",
    "model/administration.py": "only shapes; the doors' tests see them on the wire",
    "model/answers.py": "only shapes; the doors' tests see them on the wire",
    "model/commands.py": "only shapes; the doors' tests send them",
    "model/hosts.py": "only shapes; the tests of embedding hand them in",
    "store/schema.py": "only tables; the migrations are compared with them",
    "store/migrations/env.py": "runs in every test of upgrade.py",
}

SECRET = re.compile(r"password|secret|token|digest|sha256|hash\b|signature|hmac|invitation")
# Comparisons of words like these that a stranger cannot time, and why.
NO_SECRETS = {
    "chat/posting.py: sent.body_hash != post.body_hash": "of the author's own text",
    "store/legacy.py: devices.c.cookie_sha256 == sa.bindparam('cookie_')": "looked up by its hash, by the database",
    "store/invites.py: invites.c.code_sha256 == sa.bindparam('code_')": "looked up by its hash, by the database",
    "store/hooks.py: hooks.c.token_sha256 == sa.bindparam('token_')": "looked up by its hash, by the database",
    "cli/users.py: getpass.getpass('Once more: ') != password": "typed twice by one person",
}

UNTESTED_FOLDERS = {"versions"}


def modules() -> Iterator[tuple[Path, ast.Module]]:
    """Every module of the package."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if "static" not in path.relative_to(PACKAGE).parts[:1]:
            yield path, ast.parse(path.read_text(encoding="utf-8"), str(path))


def floor_of(path: Path) -> str:
    """The name of the floor a module stands on, or its own name where it stands on none."""
    first = path.relative_to(PACKAGE).parts[0]
    return "" if first == "__init__.py" else first.removesuffix(".py")


def imports(tree: ast.Module) -> Iterator[tuple[str, str | None]]:
    """What is imported, with the name that is taken of it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, None
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield node.module, alias.name


def dotted(node: ast.AST) -> str:
    """`time.monotonic` for the expression that says it."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


class Floors(SynchronousTestCase):
    def test_downstairs_only(self) -> None:
        """No module imports one of a floor above, or across the landing."""
        wrong = []
        for path, tree in modules():
            floor = floor_of(path)
            self.assertIn(floor, MAY_IMPORT, f"{path} stands on no known floor")
            for module, name in imports(tree):
                if module.split(".")[0] != "webchat" or "*" in MAY_IMPORT[floor] or name in EVERYBODY:
                    continue
                target = (f"{module}.{name}" if module == "webchat" and name else module).split(".")[1:2] or [""]
                if target[0] not in MAY_IMPORT[floor]:
                    wrong.append(f"{path.relative_to(ROOT)} imports {module}")
        self.assertEqual(wrong, [])

    def test_nobody_imports_the_builders(self) -> None:
        """tap starts the server, cli administers it, embed hands it out; no other module leans on them."""
        for path, tree in modules():
            for module, name in imports(tree):
                for builder in {"tap", "cli", "embed"} - {floor_of(path)}:
                    self.assertNotEqual(f"{module}.{name}", f"webchat.{builder}", path)
                    self.assertNotEqual(".".join(module.split(".")[:2]), f"webchat.{builder}", path)

    def test_given_not_taken(self) -> None:
        """The reactor, clocks, the environment and chance are handed to whoever needs them."""
        wrong = []
        for path, tree in modules():
            if path.relative_to(PACKAGE).as_posix() in GIVERS:
                continue
            for module, name in imports(tree):
                if module in MAY_TAKE.get(floor_of(path), ()):
                    continue
                if (module, name) not in ALLOWED_NAMES and (
                    module in FORBIDDEN_MODULES or f"{module}.{name}" in FORBIDDEN_MODULES | FORBIDDEN_CALLS
                ):
                    wrong.append(f"{path.relative_to(ROOT)} imports {module}.{name}")
            for node in ast.walk(tree):
                if isinstance(node, ast.Attribute) and dotted(node) in FORBIDDEN_CALLS:
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} uses {dotted(node)}")
        self.assertEqual(wrong, [])

    def test_map(self) -> None:
        """docs/modules.md names every module, and no other (`make docs` writes it)."""
        from tools.modules_page import PAGE, page

        self.assertEqual(PAGE.read_text(encoding="utf-8").splitlines(), page().splitlines())


class Manners(SynchronousTestCase):
    def test_docstrings(self) -> None:
        """Every module begins with one sentence that says what it is for."""
        for path, tree in modules():
            docstring = ast.get_docstring(tree)
            self.assertTrue(docstring, f"{path.relative_to(ROOT)} has no docstring")
            self.assertRegex((docstring or "").split("\n\n")[0], r"[.:?)]$", path)

    def test_tests(self) -> None:
        """Every module of a floor has its test module."""
        missing = []
        for path, _ in modules():
            place = path.relative_to(PACKAGE)
            if len(place.parts) < 2 or place.name == "__init__.py" or UNTESTED_FOLDERS.intersection(place.parts):
                continue
            if not (ROOT / "tests" / place.with_name(f"test_{place.name}")).exists():
                missing.append(place.as_posix())
        self.assertEqual(sorted(set(missing) - set(NO_TEST_OF_ITS_OWN)), [])

    def test_exceptions_are_true(self) -> None:
        """No exception from the rule outlives its module."""
        for place in NO_TEST_OF_ITS_OWN:
            self.assertTrue((PACKAGE / place).exists(), place)

    def test_no_async_callbacks(self) -> None:
        """Autobahn drops what onMessage returns: a coroutine there would never run."""
        for path, tree in modules():
            for node in ast.walk(tree):
                if isinstance(node, ast.AsyncFunctionDef):
                    self.assertNotIn(node.name, ("onMessage", "onOpen", "onClose", "onPing"), path)

    def test_no_dangerous_calls(self) -> None:
        """No pickle, no eval, no YAML, no inlineCallbacks."""
        for path, tree in modules():
            for module, name in imports(tree):
                self.assertNotIn(module.split(".")[0], ("pickle", "marshal", "shelve", "yaml"), path)
                self.assertNotEqual(name, "inlineCallbacks", path)
            for node in ast.walk(tree):
                if isinstance(node, ast.Call):
                    self.assertNotIn(dotted(node.func), ("eval", "exec"), path)

    def test_secrets_take_their_time(self) -> None:
        """What is secret is compared by hmac.compare_digest, whose time says nothing, or looked up by its hash."""
        found = set()
        for path, tree in modules():
            for node in ast.walk(tree):
                if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
                    # What a thing is called: constants, such as the name of a code, are no secrets.
                    sides = [side for side in (node.left, *node.comparators) if not isinstance(side, ast.Constant)]
                    words = [
                        word.attr if isinstance(word, ast.Attribute) else word.id
                        for side in sides
                        for word in ast.walk(side)
                        if isinstance(word, ast.Attribute | ast.Name)
                    ]
                    if any(SECRET.search(word) for word in words):
                        found.add(f"{path.relative_to(PACKAGE).as_posix()}: {ast.unparse(node)}")
        self.assertEqual(found - set(NO_SECRETS), set())
        self.assertEqual(set(NO_SECRETS) - found, set(), "these are no more")

    def test_awaited(self) -> None:
        """The type checker refuses a coroutine or a Deferred as a condition: both are always true."""
        settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]
        self.assertIn("truthy-bool", settings["enable_error_code"])
        self.assertTrue(settings["strict"])
        for path, _ in modules():
            self.assertNotIn("ignore[truthy", path.read_text(), path)

    def test_no_raw_html(self) -> None:
        """Text stays text in the browser: no v-html, no innerHTML."""
        for path in sorted((ROOT / "frontend" / "src").rglob("*")):
            if path.suffix in (".vue", ".ts"):
                text = path.read_text(encoding="utf-8")
                for word in ("v-html", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write"):
                    self.assertNotIn(word, text, path)
