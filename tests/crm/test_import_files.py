import gzip
import zipfile

import pytest

from crm.importing.columns import ColumnMap
from crm.importing.files import examine, glimpse, rows_of
from crm.importing.kinds.orders import Orders
from crm.importing.layouts import LAYOUTS, layout_for
from crm.importing.refusals import (
    DamagedFile,
    FileUnpacksTooFar,
    MissingColumns,
    NoRows,
    UnknownKindOfFile,
)
from tests.factories.import_files import HEADER, HISTORY, as_text, csv_file, typed, xlsx_file

RUSSIAN = ["Номер заказа", "Дата", "Артикул", "Название", "Кол-во", "Цена", "Клиент"]
TEA = ["1001", "01.07.2010 12:00", "TEA-1", "Липовый чай", "2", "149,90", "77"]


def read(path):
    return [row for _, row in rows_of(path, examine(path, path.name))]


@pytest.mark.parametrize(
    ("name", "encoding", "delimiter"),
    [
        ("plain.csv", "utf-8", ","),
        ("with-a-mark.csv", "utf-8-sig", ";"),
        ("old.csv", "windows-1251", ";"),
        ("wide.txt", "utf-16", "\t"),
        ("packed.csv.gz", "utf-8", ","),
        ("tabs.tsv", "utf-8", "\t"),
    ],
)
def test_encoding_and_delimiter_are_found_by_looking(tmp_path, name, encoding, delimiter):
    path = csv_file(tmp_path, [TEA], header=RUSSIAN, name=name, encoding=encoding, delimiter=delimiter)

    assert read(path) == [RUSSIAN, TEA]


def test_a_file_that_is_utf8_but_for_its_end_is_read_in_the_old_encoding(tmp_path):
    path = csv_file(tmp_path)
    path.write_bytes(path.read_bytes() + "Ж,1\r\n".encode("windows-1251"))

    assert read(path)[-1] == ["Ж", "1"]


def test_rows_keep_their_numbers_and_blank_lines_are_left_out(tmp_path):
    path = tmp_path / "gaps.csv"
    path.write_text("a,b\n1,2\n\n3,4\n", encoding="utf-8")

    assert list(rows_of(path, examine(path, path.name))) == [
        (1, ["a", "b"]),
        (2, ["1", "2"]),
        (4, ["3", "4"]),
    ]


def test_a_workbook_reads_like_the_same_text(tmp_path):
    rows = HISTORY[:10]
    path = xlsx_file(
        tmp_path, [HEADER, *map(typed, rows[:6])], [HEADER, *map(typed, rows[6:])], [["Notes"], ["x"]]
    )

    found = read(path)

    assert found[0] == HEADER
    assert [row[0] for row in found[1:]] == [row[0] for row in rows]
    assert found[1] == [
        "489434",
        "85048",
        "GLASS BALL",
        "12",
        "2009-12-01 07:45:00",
        "6.95",
        "13085",
        HISTORY[0][7],
    ]


def test_a_gzip_bomb_is_noticed_before_it_has_unpacked(tmp_path):
    path = tmp_path / "bomb.csv.gz"
    with gzip.open(path, "wb") as file:
        for _ in range(64):
            file.write(b"0" * (1 << 20))

    with pytest.raises(FileUnpacksTooFar):
        examine(path, path.name)


def test_a_workbook_bomb_is_noticed_by_what_it_claims(tmp_path):
    path = xlsx_file(tmp_path, [HEADER])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet9.xml", b"<a>" + b" " * (64 << 20))

    with pytest.raises(FileUnpacksTooFar):
        examine(path, path.name)


def test_a_workbook_that_declares_entities_is_refused(tmp_path):
    path = tmp_path / "entities.xlsx"
    with zipfile.ZipFile(path, "w") as parts:
        parts.writestr(
            "xl/workbook.xml", '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "b">]><workbook>&b;</workbook>'
        )

    with pytest.raises(UnknownKindOfFile):
        examine(path, path.name)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        ("orders.xlsx", b"Invoice,StockCode\n1,2\n"),
        ("orders.csv", gzip.compress(b"Invoice\n1\n", mtime=0)),
        ("orders.csv.gz", b"Invoice\n1\n"),
        ("orders.exe", b"Invoice\n1\n"),
        ("orders.csv", b"PK\x03\x04"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises((UnknownKindOfFile, DamagedFile, NoRows)):
        glimpse(path, examine(path, name))


def test_a_packed_file_that_breaks_off_is_refused(tmp_path):
    path = csv_file(tmp_path, HISTORY * 200, name="half.csv.gz")
    path.write_bytes(path.read_bytes()[:-20])

    with pytest.raises(DamagedFile):
        examine(path, path.name)


@pytest.mark.parametrize("text", ["", "\n\n", "Invoice,StockCode\n"])
def test_a_file_without_rows_is_refused(tmp_path, text):
    path = tmp_path / "empty.csv"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(NoRows):
        glimpse(path, examine(path, path.name))


def test_columns_are_guessed_from_headers_in_three_languages(tmp_path):
    path = csv_file(tmp_path, [TEA], header=RUSSIAN)

    guessed = ColumnMap.guess(glimpse(path, examine(path, path.name)), Orders.columns)

    assert guessed.positions == {
        "reference": 0,
        "occurred_at": 1,
        "sku": 2,
        "name": 3,
        "quantity": 4,
        "unit_price": 5,
        "customer_ref": 6,
    }
    assert ColumnMap.from_json(guessed.as_json()) == guessed


def test_columns_that_an_order_needs_must_be_there(tmp_path):
    path = csv_file(tmp_path, [TEA[:4]], header=RUSSIAN[:4])
    guessed = ColumnMap.guess(glimpse(path, examine(path, path.name)), Orders.columns)

    with pytest.raises(MissingColumns):
        guessed.check(RUSSIAN[:4], Orders.columns)


def test_one_column_cannot_say_two_things():
    places = dict.fromkeys(("reference", "occurred_at", "sku", "quantity", "unit_price"), 0)

    with pytest.raises(MissingColumns):
        ColumnMap(positions=places).check(RUSSIAN, Orders.columns)


def test_a_layout_recognises_its_files_and_the_last_takes_any():
    assert layout_for(HEADER).name == "online-retail"
    assert layout_for(RUSSIAN).name == "mapped"
    assert len({layout.name for layout in LAYOUTS}) == len(LAYOUTS)


def test_a_quotation_mark_left_open_refuses_its_row_and_not_the_file(tmp_path):
    path = tmp_path / "open.csv"
    path.write_text(as_text(HISTORY[:1]) + '489999,"never closed' + "x" * 200_000 + "\n", encoding="utf-8")

    assert read(path)[-1] is None
