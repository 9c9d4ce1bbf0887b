"""Lists and tables as files that a browser keeps."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import IO

from django.http import FileResponse, StreamingHttpResponse

KINDS = ("csv", "xlsx")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def csv_file(pieces: Iterable[str], *, name: str, on: date) -> StreamingHttpResponse:
    response = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{on:%Y-%m-%d}.csv"'
    return response


def xlsx_file(file: IO[bytes], *, name: str, on: date) -> FileResponse:
    return FileResponse(file, as_attachment=True, filename=f"{name}-{on:%Y-%m-%d}.xlsx", content_type=XLSX)
