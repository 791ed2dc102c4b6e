"""`schuldhub db`: the schema of the hub's database."""

from __future__ import annotations

from cyclopts import App

from hub.cli.app import PROBLEMS
from hub.cli.configuration import ConfigOption, check_database_is_there, hub_settings
from hub.cli.output import OutputOption, print_record, say
from hub.cli.refusal import OK
from hub.database import Database
from hub.messagelog import schema

app = App(name="db", help="The database's schema: bring it to this release, or see whether it is.")


@app.command
def upgrade(*, config: ConfigOption = None, output: OutputOption = None) -> int:
    """Bring the database to the schema of this release; makes it where there is none. Twice does nothing more."""
    database = Database(hub_settings(config).database)
    try:
        before = schema.present(database)
        after = schema.upgrade(database)
    finally:
        database.close()
    print_record({"before": before, "now": after, "changed": before != after}, output)
    return OK


@app.command
def check(*, config: ConfigOption = None, output: OutputOption = None) -> int:
    """See whether the database has the schema of this release; exit 6 when it has not."""
    url = hub_settings(config).database
    check_database_is_there(url)
    database = Database(url)
    try:
        present = schema.present(database)
    finally:
        database.close()
    wanted = schema.newest()
    print_record({"present": present, "wanted": wanted, "fits": present == wanted}, output)
    if present == wanted:
        return OK
    say("the database is not of this release: stop the hub, make a back-up, then run `schuldhub db upgrade`")
    return PROBLEMS
