"""What jobs write and ask: files that are not finished, and what became of each row; in the caller's transaction."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from adapters.haarlem.tables import IMPORT_JOB, IMPORT_LINE
from hub.database import instant, moment


@dataclass(frozen=True, slots=True)
class Job:
    """A file that was handed in and is not finished; `line` is the row that was begun when it was last resumed."""

    id: str
    at: datetime
    token_id: str
    employee: str
    digest: str
    running: bool
    total: int
    content: bytes
    line: int = 0
    tries: int = 0


def add_job(tx: Connection, job: Job) -> None:
    """A new file."""
    tx.execute(
        insert(IMPORT_JOB).values(
            id=job.id,
            at=instant(job.at),
            token_id=job.token_id,
            employee=job.employee,
            digest=job.digest,
            running=job.running,
            total=job.total,
            content=job.content,
            line=job.line,
            tries=job.tries,
        )
    )


def next_job(tx: Connection) -> Job | None:
    """The file that was handed in first."""
    row = tx.execute(select(IMPORT_JOB).order_by(IMPORT_JOB.c.at, IMPORT_JOB.c.id).limit(1)).first()
    return None if row is None else _job(row)


def find_job(tx: Connection, job_id: str) -> Job | None:
    """One file that is not finished."""
    row = tx.execute(select(IMPORT_JOB).where(IMPORT_JOB.c.id == job_id)).first()
    return None if row is None else _job(row)


def _job(row: Row[tuple[object, ...]]) -> Job:
    return Job(
        id=row.id,
        at=moment(row.at),
        token_id=row.token_id,
        employee=row.employee,
        digest=row.digest,
        running=row.running,
        total=row.total,
        content=bytes(row.content),
        line=row.line,
        tries=row.tries,
    )


def note_try(tx: Connection, job_id: str, line: int, tries: int) -> None:
    """Remembers at which row a process takes a file up, and for the how manieth time at this one."""
    tx.execute(update(IMPORT_JOB).where(IMPORT_JOB.c.id == job_id).values(line=line, tries=tries))


def add_line(tx: Connection, job_id: str, line: int, result: str, cells: Sequence[str]) -> None:
    """What became of one row, in the transaction that carried it out."""
    values = {"import_id": job_id, "line": line, "result": result, "cells": json.dumps(cells, ensure_ascii=False)}
    tx.execute(insert(IMPORT_LINE).values(values))


def handled(tx: Connection, job_id: str) -> set[int]:
    """The numbers of the rows that are done with."""
    return set(tx.execute(select(IMPORT_LINE.c.line).where(IMPORT_LINE.c.import_id == job_id)).scalars())


def tally(tx: Connection, job_id: str) -> Counter[str]:
    """How many rows ended in each way until now."""
    query = select(IMPORT_LINE.c.result, func.count().label("rows")).where(IMPORT_LINE.c.import_id == job_id)
    found = tx.execute(query.group_by(IMPORT_LINE.c.result)).all()
    return Counter({row.result: row.rows for row in found})


def lines(tx: Connection, job_id: str) -> list[list[str]]:
    """What became of every row, in the order of the file."""
    query = select(IMPORT_LINE.c.cells).where(IMPORT_LINE.c.import_id == job_id).order_by(IMPORT_LINE.c.line)
    return [json.loads(cells) for cells in tx.execute(query).scalars()]


def drop_job(tx: Connection, job_id: str) -> None:
    """Forgets the file, which is about persons, and its rows; the result is kept elsewhere."""
    tx.execute(delete(IMPORT_LINE).where(IMPORT_LINE.c.import_id == job_id))
    tx.execute(delete(IMPORT_JOB).where(IMPORT_JOB.c.id == job_id))
