"""The steps of the tables of the fault suite's partners."""
