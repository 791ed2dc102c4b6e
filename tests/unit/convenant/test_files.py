"""A creditor that takes files over a real SFTP server, and everything that it can do wrong."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from adapters.convenant.simulator_files import FileFault
from adapters.convenant.store import ItemKind, PauseState
from hub.clock import new_pseudonym
from schemas.messages import PublicNotice
from tests.unit.convenant.desk import VRIES, ending, extension, file_desk, incident, notice

pytestmark = pytest.mark.anyio
ON_THE_WAY = [FileFault.CLOSED, FileFault.CUT_BEFORE, FileFault.CUT_AFTER, FileFault.TWICE]


async def test_a_notice_goes_out_as_a_row_and_fetched_and_answer_come_back(tmp_path: Path) -> None:
    async with file_desk(tmp_path) as desk:
        key = await desk.receives(notice(), new_pseudonym())
        assert desk.sent == []
        await desk.rounds()
        assert desk.kinds() == ["statusbericht", "kennisgeving-antwoord"]
        assert desk.told()[0]["status"] == "opgehaald"
        assert {one.causation for one in desk.sent} == {key}
        assert desk.books.effects() == {key: (1, 0)}


async def test_a_creditor_without_the_right_never_hears_a_bsn(tmp_path: Path) -> None:
    async with file_desk(tmp_path) as desk:
        assert PublicNotice.message_type.type not in desk.handlers
        await desk.receives(notice(), new_pseudonym())
        await desk.rounds()
        assert desk.files is not None
        assert VRIES not in "".join(desk.files.fetched)
        assert [one["bsn"] for one in desk.books.asked()] == [None]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"number": "K9"}, "klant-onbekend"),
        ({"birth_date": "1979-11-29"}, "gegevens-komen-niet-overeen"),
        ({"geslachtsnaam": "Jansen"}, "gegevens-komen-niet-overeen"),
    ],
)
async def test_number_name_and_birth_date_must_all_agree(tmp_path: Path, changed: dict[str, str], reason: str) -> None:
    async with file_desk(tmp_path) as desk:
        await desk.receives(notice(**changed), new_pseudonym())
        await desk.rounds()
        assert desk.told()[-1] == {"reden": reason}
        assert desk.books.pauses() == []


async def test_the_name_under_which_they_know_somebody_counts(tmp_path: Path) -> None:
    async with file_desk(tmp_path) as desk:
        await desk.receives(notice(geslachtsnaam="Bakker", naamBijSchuldeiser="de Vries"), new_pseudonym())
        await desk.rounds()
        assert desk.kinds()[-1] == "kennisgeving-antwoord"


@pytest.mark.parametrize("fault", ON_THE_WAY)
async def test_whatever_happens_on_the_way_each_row_is_done_and_said_once(tmp_path: Path, fault: FileFault) -> None:
    async with file_desk(tmp_path) as desk:
        assert desk.files is not None
        desk.files.fault = fault
        key = await desk.receives(notice(), new_pseudonym())
        await desk.rounds(5)
        # Where the answer is there before we know that the file was fetched, nobody is told of the fetching any more.
        assert [kind for kind in desk.kinds() if kind != "statusbericht"] == ["kennisgeving-antwoord"]
        assert desk.kinds().count("statusbericht") <= 1
        assert desk.books.effects()[key][0] == 1
        assert desk.items() == []


async def test_a_row_that_cannot_be_read_is_for_a_person_and_spoils_no_other(tmp_path: Path) -> None:
    async with file_desk(tmp_path) as desk:
        assert desk.files is not None
        desk.files.fault = FileFault.BAD_ROW
        await desk.receives(notice(), new_pseudonym())
        await desk.rounds()
        assert desk.kinds()[-1] == "kennisgeving-antwoord"
        found = [(kind, line) for kind, _, line in desk.items()]
        assert found == [(ItemKind.UNREADABLE_ROW, "2: x;geen" + ";" * 12), (ItemKind.UNKNOWN_ORDER, "nooit-gevraagd")]


async def test_a_file_that_is_none_is_for_a_person(tmp_path: Path) -> None:
    async with file_desk(tmp_path) as desk:
        assert desk.files is not None
        desk.files.fault = FileFault.GIBBERISH
        await desk.receives(notice(), new_pseudonym())
        await desk.rounds()
        assert [kind for kind, _, _ in desk.items()] == [ItemKind.UNREADABLE_FILE]
        assert desk.kinds()[-1] == "kennisgeving-antwoord"


async def test_a_batch_that_nobody_fetches_is_told_once_after_two_working_days(tmp_path: Path) -> None:
    async with file_desk(tmp_path) as desk:
        await desk.receives(notice(), new_pseudonym())
        await desk.tick()
        await desk.tick(timedelta(days=1))
        assert desk.items() == []
        for _ in range(2):
            await desk.tick(timedelta(days=2))
        assert [kind for kind, _, _ in desk.items()] == [ItemKind.UNFETCHED]
        assert desk.sent == []


async def test_what_is_urgent_does_not_wait_for_the_round(tmp_path: Path) -> None:
    async with file_desk(tmp_path) as desk:
        await desk.receives(notice(), new_pseudonym())
        await desk.tick()
        await desk.receives(notice("K2", "1985-00-00", urgent=True), new_pseudonym())
        await desk.tick(timedelta(seconds=5))
        assert desk.files is not None
        assert desk.files.round() == 2


async def test_the_orders_of_one_pause_go_out_in_their_order(tmp_path: Path) -> None:
    async with file_desk(tmp_path) as desk:
        talk = new_pseudonym()
        await desk.receives(notice(), talk)
        await desk.receives(extension(date(2027, 6, 30)), talk)
        await desk.tick()
        await desk.receives(ending(date(2027, 1, 29)), talk)
        await desk.rounds()
        assert [one["handeling"] for one in desk.books.asked()] == ["pauze", "wijziging", "wijziging"]
        assert [one["tot"] for one in desk.books.pauses()] == ["2027-02-05"]
        assert desk.told()[-1]["einddatum"] == "2027-01-29"


async def test_a_mistake_that_has_not_left_us_never_does(tmp_path: Path) -> None:
    async with file_desk(tmp_path) as desk:
        talk = new_pseudonym()
        await desk.receives(notice(), talk)
        await desk.receives(ending(date(2026, 11, 24), "ten-onrechte-gemeld"), talk)
        await desk.rounds()
        assert (desk.books.asked(), desk.kinds()) == ([], ["kennisgeving-antwoord"])
        assert desk.pause(talk).state is PauseState.REMOVED


async def test_an_ended_pause_is_lifted_by_a_row_of_its_own(tmp_path: Path) -> None:
    async with file_desk(tmp_path) as desk:
        talk = new_pseudonym()
        await desk.receives(notice(), talk)
        await desk.rounds()
        await desk.receives(ending(date(2026, 12, 4)), talk)
        await desk.rounds()
        await desk.tick(timedelta(days=14))
        await desk.rounds()
        assert [one["lopend"] for one in desk.books.pauses()] == [0]
        assert desk.told()[-1]["status"] == "maatregel-hervat"


async def test_silence_after_fetching_leaves_the_order_open(tmp_path: Path) -> None:
    async with file_desk(tmp_path) as desk:
        assert desk.files is not None
        desk.files.fault = FileFault.NO_RESULT
        await desk.receives(notice(), new_pseudonym())
        await desk.rounds()
        assert [one["status"] for one in desk.told()] == ["opgehaald"]


async def test_an_incident_does_not_wait_for_the_round(tmp_path: Path) -> None:
    async with file_desk(tmp_path) as desk:
        talk = new_pseudonym()
        await desk.receives(notice(), talk)
        await desk.rounds()
        await desk.receives(incident(), talk)
        await desk.tick(timedelta(seconds=1))
        await desk.rounds()
        assert desk.books.complaints() == ["aanmaning"]
        assert [one.get("status") for one in desk.told()][-1] == "beantwoord"
