"""What the simulated tax office does by itself and shows to a test: days pass, steps are taken, the record is read.

Whatever the adapter believes, this is what the tax office has on record; tests and the demonstration count from here.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from adapters.gbkz.simulator_dunning import Dunning, after_day, begun
from adapters.gbkz.simulator_record import NUMBER_FORM, Record, dunning_of
from adapters.gbkz.simulator_words import ForcedStep, Seed, SeedDossier


class Office:
    """The office behind the counter."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def catch_up(self) -> None:
        """Let every day pass that the clock has passed since the last time: steps are taken, *uitstellen* lapse."""
        today = self._record.clock.today()
        for row in self._record.all("SELECT * FROM dossier WHERE verwerkt_tot < ?", today.isoformat()):
            dunning = dunning_of(row)
            day = date.fromisoformat(row["verwerkt_tot"])
            while day < today:
                day += timedelta(days=1)
                dunning = self._live(row["dossiernummer"], dunning, day)
            self._record.db.execute(
                "UPDATE dossier SET stap = ?, stapdatum = ?, volgende_op = ?, kosten_cent = ?, verwerkt_tot = ? "
                "WHERE dossiernummer = ?",
                (
                    dunning.step,
                    dunning.step_on.isoformat(),
                    dunning.next_on and dunning.next_on.isoformat(),
                    dunning.costs_cents,
                    today.isoformat(),
                    row["dossiernummer"],
                ),
            )

    def fill(self, seed: Seed) -> None:
        """Add the taxpayers, dossiers and *uitstellen* of `seed`; what is there already stays."""
        if seed.nu is not None:
            self._record.clock.set(seed.nu)
        for one in seed.belastingplichtigen:
            self._record.db.execute(
                "INSERT OR IGNORE INTO belastingplichtige VALUES (?, ?, ?, ?, ?, ?, ?)",
                tuple(one.model_dump().values()),
            )
        for dossier in seed.dossiers:
            self._add(dossier)
        for uitstel in seed.uitstellen:
            self._record.insert_uitstel(uitstel.dossiernummer, uitstel.vanaf, uitstel.tot_en_met, uitstel.reden)

    def _add(self, dossier: SeedDossier) -> None:
        dunning = begun(dossier.stap, dossier.stapdatum, dossier.vervolg)
        self._record.db.execute(
            "INSERT OR IGNORE INTO dossier VALUES (?, ?, ?, ?, ?, 0, 0, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                dossier.dossiernummer,
                dossier.belastingsoort,
                dossier.belastingjaar,
                dossier.gemeentecode,
                dossier.bedrag_cent,
                dunning.step,
                dunning.step_on.isoformat(),
                dunning.next_on and dunning.next_on.isoformat(),
                dunning.follow_up,
                dossier.automatische_incasso,
                dossier.uitgezonderd,
                dossier.behandelaar and dossier.behandelaar.model_dump_json(exclude_none=True),
                self._record.clock.today().isoformat(),
            ),
        )
        for subject in dossier.belanghebbenden:
            self._record.db.execute(
                "INSERT OR IGNORE INTO belanghebbende VALUES (?, ?)", (dossier.dossiernummer, subject)
            )

    def force(self, asked: ForcedStep) -> None:
        """Take a step out of order, as a collector can."""
        row = self._record.dossier(asked.dossiernummer)
        dunning = begun(asked.stap, self._record.clock.today(), row["vervolg"])
        handler = asked.behandelaar and asked.behandelaar.model_dump_json(exclude_none=True)
        self._record.db.execute(
            "UPDATE dossier SET stap = ?, stapdatum = ?, volgende_op = ?, behandelaar = ? WHERE dossiernummer = ?",
            (
                dunning.step,
                dunning.step_on.isoformat(),
                dunning.next_on and dunning.next_on.isoformat(),
                handler,
                asked.dossiernummer,
            ),
        )
        self._record.note(f"STAP_{asked.stap}", dossier=asked.dossiernummer)

    def _live(self, number: str, dunning: Dunning, day: date) -> Dunning:
        """One day in the life of a dossier."""
        lapsed = "SELECT nummer FROM uitstel WHERE dossiernummer = ? AND tot_en_met < ? AND geeindigd_op IS NULL"
        for row in self._record.all(lapsed, number, day.isoformat()):
            self._record.finish(row["nummer"], "VERLOPEN", day)
        paused = self._record.paused(number, day)
        if paused:
            # A day under two uitstellen at once is charged once: it counts for the oldest.
            self._record.db.execute(
                "UPDATE uitstel SET dagen = dagen + 1 WHERE nummer = "
                "(SELECT min(nummer) FROM uitstel WHERE dossiernummer = ? AND geeindigd_op IS NULL AND vanaf <= ?)",
                (number, day.isoformat()),
            )
        lived = after_day(dunning, day, paused=paused)
        if lived.step != dunning.step:
            self._record.note(f"STAP_{lived.step}", dossier=number)
        return lived

    def record(self) -> dict[str, Any]:
        """All dossiers, *uitstellen* and marks, without BSN, name or address."""
        parties = self._record.all("SELECT * FROM belanghebbende ORDER BY subjectnummer")
        dossiers = []
        for row in self._record.all("SELECT * FROM dossier ORDER BY dossiernummer"):
            dossier = {name: row[name] for name in row.keys() if name not in ("behandelaar", "verwerkt_tot")}  # noqa: SIM118
            number = row["dossiernummer"]
            dossier["belanghebbenden"] = [one["subjectnummer"] for one in parties if one["dossiernummer"] == number]
            dossier["uitstel"] = self._record.paused(number, self._record.clock.today())
            dossiers.append(dossier)
        uitstellen = [
            dict(row) | {"uitstelnummer": NUMBER_FORM.format(row["nummer"])}
            for row in self._record.all("SELECT * FROM uitstel ORDER BY nummer")
        ]
        marks = [row["subjectnummer"] for row in self._record.all("SELECT * FROM aantekening ORDER BY subjectnummer")]
        return {
            "vandaag": self._record.clock.today().isoformat(),
            "dossiers": dossiers,
            "uitstellen": uitstellen,
            "aantekeningen": marks,
        }

    def effects(self) -> dict[str, dict[str, int]]:
        """Per idempotency key: how often it was carried out, how often only answered again, how many changes made."""
        counted: dict[str, dict[str, int]] = {}
        for row in self._record.all("SELECT sleutel, handeling FROM journaal WHERE sleutel IS NOT NULL"):
            counts = counted.setdefault(row["sleutel"], {"uitgevoerd": 0, "herhaald": 0, "wijzigingen": 0})
            kind = {"UITGEVOERD": "uitgevoerd", "HERHAALD": "herhaald"}.get(row["handeling"], "wijzigingen")
            counts[kind] += 1
        return counted

    def journal(self) -> list[dict[str, Any]]:
        """The audit list, oldest first."""
        return [dict(row) for row in self._record.all("SELECT * FROM journaal ORDER BY nr")]
