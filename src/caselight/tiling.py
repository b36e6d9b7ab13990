"""The tiles in a study's folder `map`: tiles/{z}/{x}/{y}.png, or all in one tiles.mbtiles. No picture is opened.

An MBTiles file is a database from outside. It is read by a locked worker that has its bytes and nothing else, and that
may do no more than select.
"""

from __future__ import annotations

import base64
import html
import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from caselight.engine import Engine, Failure, Mark, apart
from caselight.errors import DefinitionError
from caselight.ingest.sandbox import lock
from caselight.report.tiles import (
    MOST_BYTES,
    MOST_TILES,
    MOST_ZOOM,
    Address,
    Choice,
    Ground,
    Point,
    choose,
    ground,
    shown,
    under,
)

_SUFFIXES = ("png", "jpg", "jpeg", "webp")
_MOST_PACKED = 256 * 2**20  # bytes of an MBTiles file: parent and worker hold it several times
_MOST_FILES = 100_000  # in the folder of tiles
_MOST_TEXT = 2_000  # characters of an attribution
_SECONDS = 30.0  # that a database may take
_PACKED, _ATTRIBUTION = "map/tiles.mbtiles", "map/attribution.txt"
_TAG = re.compile(r"<[^<>]*>")
_MAY = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ})


def own_file(study: Path, name: str) -> Path | None:
    """The file of the study's map; None = it is not there.

    Raises:
        DefinitionError: it is a link to something outside of the study, which would be published with it.
    """
    path = study / name
    if not path.is_file():
        return None
    if not path.resolve().is_relative_to(study.resolve()):
        raise DefinitionError(f"{name}: this is a link out of the study. Copy the file here.")
    return path


def has_tiles(study: Path) -> bool:
    """Whether the user has put tiles into the study."""
    return (study / "map" / "tiles").exists() or (study / _PACKED).exists()


def read_ground(study: Path, points: Sequence[Point]) -> Ground | None:
    """The tiles under these points; None = the study has none, or none there.

    Raises:
        DefinitionError: a file is no tile, or no database of tiles; the message begins with its name.
    """
    folder, packed = study / "map" / "tiles", study / _PACKED
    if folder.exists() and packed.exists():
        raise DefinitionError(f"{_PACKED}: there is a folder map/tiles as well. Keep one of the two.")
    if not points or not has_tiles(study):
        return None
    return _of_folder(study, folder, points) if folder.exists() else _of_packed(study, packed, points)


def tile_stamps(study: Path) -> list[str]:
    """Changes with the tiles and their attribution."""
    packed, text, folder = study / _PACKED, study / _ATTRIBUTION, study / "map" / "tiles"
    stamps = [f"attribution {text.stat().st_size} {text.stat().st_mtime_ns}"] if text.is_file() else []
    if packed.is_file():
        stamps.append(f"tiles {packed.stat().st_size} {packed.stat().st_mtime_ns}")
    if folder.is_dir():
        files = sorted((p.relative_to(folder).as_posix(), p.lstat()) for p in _all(folder))
        told = "\n".join(f"{name} {stat.st_size} {stat.st_mtime_ns}" for name, stat in files)
        stamps.append(f"tiles {sha256(told.encode('utf-8', 'surrogateescape')).hexdigest()}")
    return stamps


def _all(folder: Path) -> list[Path]:
    found: list[Path] = []
    for path in folder.rglob("*"):
        found.append(path)
        if len(found) > _MOST_FILES:
            raise DefinitionError(f"map/tiles: it holds more than {_MOST_FILES:,} files. Keep the tiles that you need.")
    return found


def _of_folder(study: Path, folder: Path, points: Sequence[Point]) -> Ground | None:
    entries = [path for path in sorted(folder.iterdir()) if not path.name.startswith(".")] if folder.is_dir() else None
    if entries is None or folder.is_symlink():
        raise DefinitionError("map/tiles: this is no folder. Put tiles there as {z}/{x}/{y}.png.")
    for path in entries:
        if not (re.fullmatch(r"\d{1,2}", path.name) and int(path.name) <= MOST_ZOOM and path.is_dir()):
            what = f"this is no folder of a zoom, 0 to {MOST_ZOOM}"
            raise DefinitionError(f"map/tiles/{path.name}: {what}. Put tiles there as {{z}}/{{x}}/{{y}}.png.")

    def file(zoom: int, at: Address) -> Path | None:
        names = (folder / str(zoom) / str(at[0]) / f"{at[1]}.{suffix}" for suffix in _SUFFIXES)
        return next((path for path in names if path.is_symlink() or path.exists()), None)

    def at_hand(zoom: int, columns: range, rows: range) -> list[Address]:
        return [(column, row) for column in columns for row in rows if file(zoom, (column, row))]

    choice = choose(points, [int(path.name) for path in entries], at_hand)
    if choice is None:
        return None
    files = {at: found for at in choice.tiles if (found := file(choice.zoom, at))}
    pictures = {at: _bytes(path, folder) for at, path in files.items()}
    return ground(choice, pictures, _attribution(study, ""), lambda at: _name(files[at], folder))


def _name(path: Path, folder: Path) -> str:
    return f"map/tiles/{path.relative_to(folder).as_posix()}"


def _bytes(path: Path, folder: Path) -> bytes:
    """At most one byte more than a tile may have; nothing from outside the folder."""
    if not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):
        raise DefinitionError(f"{_name(path, folder)}: this tile is no file of this folder. Copy the tile here.")
    with path.open("rb") as opened:
        return opened.read(MOST_BYTES + 1)


def _of_packed(study: Path, packed: Path, points: Sequence[Point]) -> Ground | None:
    if own_file(study, _PACKED) is None or packed.stat().st_size > _MOST_PACKED:
        what = f"this is no file of at most {_MOST_PACKED // 2**20} MiB"
        raise DefinitionError(f"{_PACKED}: {what}. Cut the part out that your places lie in.")
    with Engine(1, lock, wall_seconds=_SECONDS) as engine:
        ((_, answer),) = engine.map(_select, [[(apart(packed.read_bytes()), list(points))]])
    try:
        zoom, pictures, told = _checked(json.loads(answer), points)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise DefinitionError(f"{_PACKED}: this is no MBTiles database that can be read ({error}).") from None
    if not pictures:
        return None
    choice = Choice(zoom, shown(points, zoom), tuple(pictures))
    name = f"{_PACKED}: zoom {zoom}"
    return ground(choice, pictures, _attribution(study, told), lambda at: f"{name}, column {at[0]}, row {at[1]}")


def _checked(untrusted: Any, points: Sequence[Point]) -> tuple[int, dict[Address, bytes], str]:
    """What the worker answered: the zoom, its tiles, the attribution.

    Raises:
        ValueError, KeyError, TypeError, OverflowError: it is not what was asked for.
    """
    if "error" in untrusted:
        raise ValueError(untrusted["error"])
    zoom = int(untrusted["zoom"])
    if not 0 <= zoom <= MOST_ZOOM:
        raise ValueError(f"zoom {zoom}")
    columns, rows = under(shown(points, zoom), zoom)
    found = {(int(x), int(y)): base64.b64decode(data) for x, y, data in untrusted["tiles"]}
    if len(found) > MOST_TILES or not all(x in columns and y in rows for x, y in found):
        raise ValueError("tiles of another place")
    return zoom, found, str(untrusted["attribution"])


def _select(items: Sequence[tuple[bytes, list[Point]]], mark: Mark, failures: Mapping[int, Failure]) -> bytes:
    """In the worker: the tiles under the points, as JSON; {"error": ...} where the database is none."""
    (data, points), failed = items[0], failures.get(0)
    if failed is not None:
        return json.dumps({"error": "it takes too long or too much memory"}).encode()
    mark(0)
    try:
        return json.dumps(_selected(data, points)).encode()
    except (sqlite3.Error, ValueError, TypeError, OverflowError) as error:
        return json.dumps({"error": f"{type(error).__name__}: {error}"}).encode()


def _selected(data: bytes, points: Sequence[Point]) -> dict[str, Any]:
    database = sqlite3.connect(":memory:")
    # A file in WAL mode cannot be opened from memory; what the file itself holds can (SQLite file format, 1.3.3).
    database.deserialize(data[:18] + b"\x01\x01" + data[20:] if data[18:20] == b"\x02\x02" else data)
    for setting in ("trusted_schema=OFF", "cell_size_check=ON", "temp_store=MEMORY", "mmap_size=0"):
        database.execute(f"PRAGMA {setting}")
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 8 * MOST_BYTES)
    database.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in _MAY else sqlite3.SQLITE_DENY)

    def at_hand(zoom: int, columns: range, rows: range) -> set[Address]:
        # Rows are counted from the south (TMS).
        low, high = 2**zoom - 1 - rows[-1], 2**zoom - 1 - rows[0]
        found = database.execute(
            "SELECT tile_column, tile_row FROM tiles WHERE zoom_level = ? AND tile_column BETWEEN ? AND ?"
            " AND tile_row BETWEEN ? AND ?",
            (zoom, columns[0], columns[-1], low, high),
        )
        return {(int(column), 2**zoom - 1 - int(row)) for column, row in found}

    zooms = {int(zoom) for (zoom,) in database.execute("SELECT DISTINCT zoom_level FROM tiles")}
    choice = choose(points, {zoom for zoom in zooms if 0 <= zoom <= MOST_ZOOM}, at_hand)
    told = dict(database.execute("SELECT name, value FROM metadata WHERE name = 'attribution'").fetchall())
    attribution = str(told.get("attribution") or "")[:_MOST_TEXT]
    if choice is None:
        return {"zoom": 0, "tiles": [], "attribution": attribution}
    tiles = []
    for column, row in choice.tiles:
        ((picture,),) = database.execute(
            "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ? LIMIT 1",
            (choice.zoom, column, 2**choice.zoom - 1 - row),
        ).fetchall()
        if not isinstance(picture, bytes):
            raise ValueError(f"the tile in column {column} is no blob")
        tiles.append((column, row, base64.b64encode(picture[: MOST_BYTES + 1]).decode()))
    return {"zoom": choice.zoom, "tiles": tiles, "attribution": attribution}


def _attribution(study: Path, packed: str) -> str:
    """What map/attribution.txt says, as it stands; else what the database says, which is HTML, without its tags."""
    path = own_file(study, _ATTRIBUTION)
    text = html.unescape(_TAG.sub("", packed))
    if path is not None:
        with path.open("rb") as opened:
            data = opened.read(4 * _MOST_TEXT + 1)
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise DefinitionError(f"{_ATTRIBUTION}:1: this is no text in UTF-8. Save it so.") from None
        if len(text) > _MOST_TEXT:
            raise DefinitionError(f"{_ATTRIBUTION}:1: it has more than {_MOST_TEXT:,} characters. Shorten it.")
    return " ".join(text.split())
