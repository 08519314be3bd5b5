"""The files of pictures: a folder for each, named at random, with one WebP for each size; nobody else may read them."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs
import sqlalchemy as sa

from webchat.store.schema import rooms, users

SIZES = (512, 128, 48)
_NAME = re.compile(r"[0-9a-f]{32}")
_UNFINISHED = "new-"
_USED = (
    sa.select(users.c.avatar).where(users.c.avatar.in_(sa.bindparam("names_", expanding=True))),
    sa.select(rooms.c.picture).where(rooms.c.picture.in_(sa.bindparam("names_", expanding=True))),
)


def used(db: sa.Connection, names: list[str]) -> set[str]:
    """Those of *names* that are somebody's, or some room's, picture."""
    return {row[0] for query in _USED for row in db.execute(query, {"names_": names})}


@attrs.frozen
class PictureFiles:
    """The pictures in *folder*, which is made when the first one comes."""

    folder: Path

    def keep(self, name: str, files: Mapping[int, bytes]) -> None:
        """Writes the picture *name*, each size of it; it is on disk, whole, or not there at all."""
        unfinished = self.folder / f"{_UNFINISHED}{name}"
        self.folder.mkdir(mode=0o700, exist_ok=True)
        unfinished.mkdir(mode=0o700)
        try:
            for size, content in files.items():
                handle = os.open(unfinished / f"{size}.webp", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(handle)
            unfinished.rename(self.folder / name)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
        _sync(self.folder)

    def read(self, name: str, size: int) -> bytes | None:
        """One size of the picture *name*; None if there is none such."""
        if not _NAME.fullmatch(name) or size not in SIZES:
            return None
        try:
            return (self.folder / name / f"{size}.webp").read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def remove(self, name: str) -> None:
        """Removes the picture *name*.  Harmless if there is none."""
        if _NAME.fullmatch(name):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def older_than(self, seconds: float) -> Iterator[str]:
        """Names of pictures last touched before *seconds* since 1970; what was left unfinished by then is removed."""
        if not self.folder.is_dir():
            return
        for entry in os.scandir(self.folder):
            if not entry.is_dir(follow_symlinks=False) or entry.stat(follow_symlinks=False).st_mtime >= seconds:
                continue
            if entry.name.startswith(_UNFINISHED):
                shutil.rmtree(entry.path, ignore_errors=True)
            elif _NAME.fullmatch(entry.name):
                yield entry.name


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
