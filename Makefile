# Two commands: `make demo` shows it, `make test` proves it. Both set everything up by themselves.
.PHONY: setup demo test

setup:
	@deploy/setup.sh

demo:
	@deploy/setup.sh demo
	@.venv/bin/schuldhub demo $(if $(KEEP),--keep)

test: setup
	@tests/run.sh
