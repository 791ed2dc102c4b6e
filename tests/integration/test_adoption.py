"""What ran before there was a hub comes in by file, as an office does it, and is ended over the road like all else."""

from __future__ import annotations

import asyncio
import csv
import io
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from hub.messagelog.tables import MESSAGE
from tests.broker import Broker
from tests.cast import BORN, BSN, OINS, Cast, cast_on
from tests.road import Road, road_on
from tests.world import TAX

pytestmark = pytest.mark.anyio
TODAY = datetime.now(UTC).date()  # noqa: TID251 - the parties' own clocks are the machine's
COLUMNS = "klantnummer_shv;bsn;geboortedatum;voorvoegsel;geslachtsnaam;gemeentecode;fase"
RUNNING = f"{COLUMNS};vish_nummer;pauze_vanaf;pauze_tot;belastinggemeenten"


async def imported(cast: Cast, folder: Path, text: str, *options: str) -> tuple[int, list[dict[str, str]]]:
    """The command of the office, with a file of its own; how it ended and the result of each row."""
    (folder / "lijst.csv").write_text(text, encoding="utf-8-sig")
    (folder / "import-token").write_text(cast.http.headers["Authorization"].removeprefix("Bearer "))
    base = str(cast.http.base_url).rstrip("/").removesuffix("/v1")
    words = [
        str(folder / "lijst.csv"),
        "--url",
        base,
        "--token-file",
        str(folder / "import-token"),
        "--employee",
        "m-1",
    ]
    command = [sys.executable, "-m", "adapters.haarlem", "import-file", *words, *options]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    return process.returncode or 0, list(csv.DictReader(io.StringIO(out.decode("utf-8-sig")), delimiter=";"))


def sent(road: Road) -> int:
    """How many messages the hub has ever had."""
    with road.hub_offices[0].database.reading() as tx:
        return tx.execute(select(func.count()).select_from(MESSAGE)).scalar() or 0


async def test_what_runs_already_is_adopted_without_a_letter_and_ended_over_the_road(
    broker: Broker, tmp_path: Path
) -> None:
    since, until = (day.strftime("%d-%m-%Y") for day in (TODAY - timedelta(days=30), TODAY + timedelta(days=90)))
    born = "-".join(reversed(BORN.split("-")))
    row = f"A-1;{BSN};{born};de;Groot;0397;intake;V-7;{since};{until};0397"
    async with road_on(broker, tmp_path / "road", oins=OINS) as road, cast_on(road, tmp_path) as cast:
        taxes = cast.taxes[TAX]
        without, _ = await imported(cast, tmp_path, f"{RUNNING}\n{row}\n")
        assert (without, sent(road)) == (1, 0), "what runs is not taken for a new case"

        code, (result,) = await imported(cast, tmp_path, f"{RUNNING}\n{row}\n", "--bestaand")
        assert (code, result["klantnummer_shv"]) == (0, "A-1")
        case = await cast.get(f"/schuldenrust/{result['zaak']}")
        assert case["personen"][0]["rust"] == "volledig"
        assert (sent(road), cast.index.record(), taxes.record()["uitstellen"]) == (0, [], [])
        again, (same,) = await imported(cast, tmp_path, f"{RUNNING}\n{row}\n", "--bestaand")
        assert (again, same["zaak"], sent(road)) == (0, result["zaak"], 0)

        ended = "handeling;klantnummer_shv;reden\nbeeindigen;A-1;ten-onrechte-gemeld\n"
        code, (result,) = await imported(cast, tmp_path, ended)
        assert code == 0, result

        async def over() -> bool:
            found = await cast.get(f"/schuldenrust/{case['id']}")
            return found["personen"][0]["rust"] == "beeindigd" and cast.index.record() == []

        await cast.until(over, "what ran before is over at everybody")
        assert sent(road) >= 4, "each is made known before it is ended"
        assert [one["uitstel"] for one in taxes.record()["dossiers"]] == [False]
        assert taxes.record()["aantekeningen"] == []
