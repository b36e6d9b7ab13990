"""Tiles that a user brings: which are taken, how they lie under the circles, and what is refused."""

from __future__ import annotations

import sqlite3
import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from caselight.errors import DefinitionError
from caselight.report import write_report
from caselight.report.contents import Atlas
from caselight.report.geography import Place
from caselight.report.tiles import MOST_TILES, choose, on_world, shown, under
from caselight.tiling import read_ground, tile_stamps
from parts_sample import plain, with_regions

SQUARE, PARK = (37.62, 55.75), (37.58, 55.73)


def png(shade: int) -> bytes:
    """A grey tile of 4 by 4 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes([shade] * 4) for _ in range(4))
    head = struct.pack(">IIBBBBB", 4, 4, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def addresses(zoom: int) -> list[tuple[int, int]]:
    columns, rows = under(shown([SQUARE, PARK], zoom), zoom)
    return [(x, y) for x in columns for y in rows]


def in_folder(study: Path, zooms: tuple[int, ...] = (9, 10), suffix: str = "png") -> Path:
    for zoom in zooms:
        for x, y in addresses(zoom):
            path = study / "map" / "tiles" / str(zoom) / str(x) / f"{y}.{suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(png((x * 7 + y * 13) % 256))
    return study


def packed(study: Path, zoom: int = 10, more: str = "", attribution: str = "<a href='x'>© Map &amp; Co</a>") -> Path:
    (study / "map").mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(study / "map" / "tiles.mbtiles")
    database.executescript(
        "CREATE TABLE metadata (name text, value text);"
        "CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob);"
    )
    database.execute("INSERT INTO metadata VALUES ('attribution', ?)", (attribution,))
    for x, y in addresses(zoom):
        row = 2**zoom - 1 - y  # counted from the south
        database.execute("INSERT INTO tiles VALUES (?, ?, ?, ?)", (zoom, x, row, png((x * 7 + y * 13) % 256)))
    database.executescript(more)
    database.commit()
    database.close()
    return study


def test_a_folder_and_a_database_of_the_same_tiles_give_the_same_ground(tmp_path: Path) -> None:
    folder = read_ground(in_folder(tmp_path / "a", (10,)), [SQUARE, PARK])
    database = read_ground(packed(tmp_path / "b"), [SQUARE, PARK])
    assert folder is not None
    assert database is not None
    assert folder == replace(database, attribution="")
    assert database.attribution == "© Map & Co"
    assert {(tile.column, tile.row) for tile in folder.tiles} == set(addresses(10))


def test_the_closest_zoom_that_covers_the_places_is_taken(tmp_path: Path) -> None:
    study = in_folder(tmp_path, (8, 9, 10))
    assert read_ground(study, [SQUARE, PARK]).zoom == 10  # type: ignore[union-attr]
    next((study / "map" / "tiles" / "10").rglob("*.png")).unlink()
    assert read_ground(study, [SQUARE, PARK]).zoom == 9  # type: ignore[union-attr]
    assert read_ground(study, [(-106.6, 35.1)]) is None
    assert read_ground(study, []) is None


def test_no_map_has_more_tiles_than_may_be() -> None:
    far = [(-170.0, -60.0), (170.0, 70.0)]
    choice = choose(far, range(23), lambda _, columns, rows: [(x, y) for x in columns for y in rows])
    assert choice is not None
    assert 4 < len(choice.tiles) <= MOST_TILES


def test_a_place_lies_where_web_mercator_puts_it() -> None:
    x, y = on_world((-106.6504, 35.0844))  # Albuquerque, which lies in tile 12/834/1621
    assert (int(x * 2**12), int(y * 2**12)) == (834, 1621)
    assert on_world((-180.0, 89.9))[1] >= 0


def write(folder: Path, name: str, data: bytes) -> Callable[[Path], object]:
    def made(study: Path) -> None:
        path = study / "map" / "tiles" / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    return made


FIRST = addresses(10)[0]
COLUMN, NAME = Path("10") / str(FIRST[0]), f"{FIRST[1]}.png"
REFUSED = [
    (write(COLUMN, NAME, b"<svg onload='alert(1)'>"), rf"^map/tiles/10/{FIRST[0]}/{NAME}: .*no PNG, JPEG or WebP"),
    (write(COLUMN, NAME, b"\x1f\x8b\x08" + bytes(20)), "not vector tiles"),
    (write(COLUMN, NAME, png(1) + bytes(600_000)), "bytes, and 524,288 is the most"),
    (write(Path("zoom"), "a.png", png(1)), "^map/tiles/zoom: this is no folder of a zoom"),
    (write(Path("99"), "a.png", png(1)), "^map/tiles/99: this is no folder of a zoom"),
    (packed, "Keep one of the two"),
]


@pytest.mark.parametrize(("spoil", "told"), REFUSED, ids=[told for _, told in REFUSED])
def test_what_is_no_tile_is_refused_by_name(tmp_path: Path, spoil: Callable[[Path], object], told: str) -> None:
    study = in_folder(tmp_path, (10,))
    spoil(study)
    with pytest.raises(DefinitionError, match=told):
        read_ground(study, [SQUARE, PARK])


def test_a_link_out_of_the_folder_is_no_tile(tmp_path: Path) -> None:
    study = in_folder(tmp_path / "study", (10,))
    (tmp_path / "secret.png").write_bytes(png(3))
    path = study / "map" / "tiles" / COLUMN / NAME
    path.unlink()
    path.symlink_to(tmp_path / "secret.png")
    with pytest.raises(DefinitionError, match="is no file of this folder"):
        read_ground(study, [SQUARE, PARK])


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, i, i, i FROM n"
HOSTILE = [
    ("DROP TABLE tiles;", "no such table"),
    (f"DROP TABLE tiles; CREATE VIEW tiles (zoom_level, tile_column, tile_row, tile_data) AS {ENDLESS};", "authorized"),
    (
        "DROP TABLE tiles; CREATE VIEW tiles AS SELECT 10 AS zoom_level, 1 AS tile_column, 1 AS tile_row,"
        " hex(zeroblob(9)) AS tile_data;",
        "not authorized|no tile",
    ),
    ("UPDATE tiles SET tile_data = 'text';", "is no blob"),
    ("UPDATE tiles SET tile_data = zeroblob(100);", "no PNG, JPEG or WebP"),
    ("UPDATE tiles SET tile_column = 'x';", ""),
]


@pytest.mark.parametrize(("more", "told"), HOSTILE, ids=[told or "columns that are words" for _, told in HOSTILE])
def test_a_database_that_is_none_is_refused_and_does_no_harm(tmp_path: Path, more: str, told: str) -> None:
    study = packed(tmp_path, more=more)
    if not told:
        assert read_ground(study, [SQUARE, PARK]) is None
        return
    with pytest.raises(DefinitionError, match=rf"^map/tiles\.mbtiles: .*(?:{told})"):
        read_ground(study, [SQUARE, PARK])


@pytest.mark.parametrize("data", [b"", b"SQLite format 3\0" + bytes(200), b"no database at all" * 50])
def test_bytes_that_are_no_database_are_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "map").mkdir()
    (tmp_path / "map" / "tiles.mbtiles").write_bytes(data)
    with pytest.raises(DefinitionError, match=r"^map/tiles\.mbtiles: this is no MBTiles database"):
        read_ground(tmp_path, [SQUARE, PARK])


def test_the_file_of_attribution_comes_first_and_is_text(tmp_path: Path) -> None:
    study = packed(tmp_path)
    before = tile_stamps(study)
    (study / "map" / "attribution.txt").write_text("© <script>alert(1)</script> Surveyors\n", "utf-8")
    assert read_ground(study, [SQUARE, PARK]).attribution == "© <script>alert(1)</script> Surveyors"  # type: ignore[union-attr]
    assert tile_stamps(study) != before
    (study / "map" / "attribution.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(DefinitionError, match=r"^map/attribution\.txt:1: this is no text in UTF-8"):
        read_ground(study, [SQUARE, PARK])


def atlas(study: Path) -> Atlas:
    places = (Place("Square", SQUARE), Place("Park", PARK))
    ground = read_ground(study, [SQUARE, PARK])
    return Atlas((), (), places, {}, lambda: ground, has_tiles=True)


@pytest.mark.parametrize("name", ["attribution.txt", "tiles.mbtiles"])
def test_a_link_out_of_the_study_is_not_followed(tmp_path: Path, name: str) -> None:
    study = packed(tmp_path / "s")
    (study / "map" / name).unlink(missing_ok=True)
    (tmp_path / "elsewhere").write_text("secret", "utf-8")
    (study / "map" / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DefinitionError, match=rf"^map/{name}: this is a link out of the study"):
        read_ground(study, [SQUARE, PARK])


def test_a_database_in_wal_mode_is_read_as_any_other(tmp_path: Path) -> None:
    study = packed(tmp_path, more="PRAGMA journal_mode=WAL;")
    assert (study / "map" / "tiles.mbtiles").read_bytes()[18:20] == b"\x02\x02"
    assert read_ground(study, [SQUARE, PARK]) == read_ground(packed(tmp_path / "b"), [SQUARE, PARK])


def test_the_map_of_places_lies_over_the_tiles_and_they_go_when_the_tiles_do(tmp_path: Path) -> None:
    contents = with_regions(["77", "77"], places=[Place("Square", SQUARE), Place("Park", PARK)])
    cases = [row.id for row in contents.cases]
    tiled = replace(
        atlas(packed(tmp_path / "s", attribution="A & B <i>")), place_of={cases[0]: "Square", cases[1]: "Park"}
    )
    under = tiled.ground()
    assert under is not None
    told = replace(tiled, ground=lambda: replace(under, attribution="A & B <script>"))
    report = write_report(tmp_path / "r", replace(contents, atlas=told)).parent
    page = (report / "map.html").read_text("utf-8")
    assert page.count("<image ") == len(addresses(10)) == len(list((report / "tiles").iterdir()))
    assert all(f'href="tiles/{path.name}"' in page for path in (report / "tiles").iterdir())
    assert "http" not in page.split("<image")[1]
    assert '<p class="data"><bdi>A &amp; B &lt;script&gt;</bdi></p>' in page

    published = replace(contents, atlas=tiled.published())
    write_report(tmp_path / "r", published)
    page = (report / "map.html").read_text("utf-8")
    assert "<image" not in page
    assert not list((report / "tiles").iterdir())
    assert "Pictures are not published" in plain(report, "map")
