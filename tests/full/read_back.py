"""Reads a Parquet file (pyarrow) or a workbook (openpyxl), and prints its names, types and rows as JSON.

A value is null, or its type and an exact text.
"""

import datetime
import decimal
import json
import sys


def typed_text(value):
    if value is None:
        return None
    if isinstance(value, bool):
        raise TypeError("no column is boolean")
    if isinstance(value, int):
        return ["int", str(value)]
    if isinstance(value, float):
        return ["float", repr(value)]
    if isinstance(value, decimal.Decimal):
        return ["decimal", format(value, "f")]
    if isinstance(value, datetime.datetime):
        zone = "" if value.tzinfo is None else " UTC"
        return ["moment", value.replace(tzinfo=None).isoformat(" ", "microseconds") + zone]
    if isinstance(value, datetime.date):
        return ["date", value.isoformat()]
    if isinstance(value, bytes):
        return ["bytes", "0x" + value.hex()]
    if isinstance(value, str):
        return ["text", value]
    raise TypeError(f"{type(value)}: {value!r}")


def parquet(path):
    import pyarrow.parquet as reader

    table = reader.read_table(path)
    rows = zip(*(column.to_pylist() for column in table.columns)) if table.num_rows else []
    return {
        "names": table.column_names,
        "types": [str(field.type) for field in table.schema],
        "rows": [[typed_text(value) for value in row] for row in rows],
    }


def workbook(path):
    import openpyxl
    from openpyxl.utils.escape import unescape

    def cell(cell):
        if cell.value is not None and cell.data_type == "f":
            raise TypeError("a formula")
        value = unescape(cell.value) if isinstance(cell.value, str) else cell.value
        return typed_text(value)

    book = openpyxl.load_workbook(path)
    names, rows = None, []
    for sheet in book:
        header, *below = sheet.iter_rows()
        if names not in (None, [one.value for one in header]):
            raise ValueError("the sheets have different headers")
        names = [one.value for one in header]
        if sheet.freeze_panes != "A2" or not all(one.font.bold for one in header):
            raise ValueError("the header is not frozen or not bold")
        rows.extend([cell(one) for one in row] for row in below)
    return {"names": names, "types": book.sheetnames, "rows": rows}


if __name__ == "__main__":
    read = parquet if sys.argv[1].endswith(".parquet") else workbook
    json.dump(read(sys.argv[1]), sys.stdout)
