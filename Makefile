# Two commands on a fresh machine: `make run` serves, `make test` proves. `make check` is for every save, `make test-long`
# for a release. Another Python: make run PYTHON=python3.13
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
LOCK := .venv-lock/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-build --no-header \
	--no-emit-index-url --no-emit-find-links --annotation-style line --extra build

# A file's tests stay in one process, for they share what its fixtures made; files keep their order, browsers last.
# One worker more than processors: tests wait for servers and browsers.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
PYTEST = $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# What `make check` tests of `make test`: no server, no browser, no picture, no installation.
PURE := tests/dialogs tests/anonymizer tests/scheduler/test_calendar.py tests/storage tests/project
SLOW := tests/anonymizer/scrub tests/storage/test_crash.py tests/storage/test_disk.py tests/project/test_make.py \
	tests/project/test_wheel.py tests/project/test_dependencies.py tests/dialogs/test_every_meaning.py
OTHERS ?= $(foreach minor,14 13 12 11,python3.$(minor) $(wildcard $(HOME)/.pyenv/versions/3.$(minor).*/bin/python3))

.PHONY: run install install-test check pure test proofs test-long drills second lint lock python

run: install
	@exec $(BIN)/jianfu serve

install: python
	@$(call fresh,requirements.lock,installed.lock) || { $(build); }

# The test lock holds the other one whole, so one environment serves both.
install-test: install
	@$(call fresh,requirements-test.lock,installed-test.lock) || { $(call fetch,requirements-test.lock,installed-test.lock); }

# Side by side: types are checked on one processor.
check:
	@$(MAKE) --no-print-directory -j2 lint pure

pure: install-test
	@$(PYTEST) $(PURE) $(SLOW:%=--ignore=%)

test: install-test lint
	@$(PYTEST)

# Killed, full, flooded, overheard: short forms of the proofs, on real processes.
proofs: install-test
	@$(PYTEST) -m slow

# Properties draw anew; the full proofs have the machine to themselves, for their figures are kept.
test-long: install-test second
	@$(PYTEST) -m "not long" --hypothesis-profile=fresh
	@$(BIN)/python -m pytest -m long --hypothesis-profile=fresh && $(BIN)/python -m tests.proofs.record

# Faults on real processes; what is then said goes into docs/operations.md.
drills: install-test
	@$(BIN)/python -m tests.drills

# The pure tests on another Python, the newest that is found.
second: install-test
	@$(second)

lint: install-test
	@$(BIN)/ruff check . && $(BIN)/ruff format --check -q . && $(BIN)/mypy

# Newer versions: make lock UPGRADE=--upgrade. uv lives apart: it resolves for every Python and both machines at once.
lock: python
	@test -x .venv-lock/bin/uv || { $(PYTHON) -m venv .venv-lock && .venv-lock/bin/python -m pip install -q uv; }
	@$(LOCK) $(UPGRADE) pyproject.toml -o requirements.lock
	@$(LOCK) $(UPGRADE) --extra test -c requirements.lock pyproject.toml -o requirements-test.lock

python:
	@command -v $(PYTHON) >/dev/null 2>&1 || { echo "找不到 $(PYTHON)：请先运行 apt install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "$(PYTHON) 版本太旧：需要 Python 3.11 以上，可另指一个，如 make run PYTHON=python3.13" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "缺少 venv 模块：请先运行 apt install python3-venv" >&2; exit 1; }

# $(1) the lock, $(2) its copy, written last: an interrupted installation, a moved folder, a new Python start again.
define fresh
{ cmp -s $(1) $(VENV)/$(2) && $(BIN)/python -I -c \
	'import bot, os, sys, uvicorn; sys.exit(not os.path.samefile(bot.__path__[0], "bot"))' 2>/dev/null; }
endef

define fetch
echo "正在安装依赖（$(1)）…"; \
{ $(PIP) install -q --require-hashes --only-binary :all: -r $(1) \
	&& $(PIP) install -q --no-deps --no-build-isolation --editable .; } >$(VENV)/install.log 2>&1 \
	|| { echo "依赖没有装成：请检查网络或 pip 镜像设置后重试，详情见 $(VENV)/install.log" >&2; exit 1; }; \
cp $(1) $(VENV)/$(2)
endef

define build
$(PYTHON) -m venv --clear $(VENV) >/dev/null 2>&1 \
	|| { echo "建不了 $(VENV)：请检查本目录是否可写、磁盘是否已满" >&2; exit 1; }; \
$(call fetch,requirements.lock,installed.lock)
endef

define second
version='import sys; print("%d.%d" % sys.version_info[:2])'; ours=$$($(BIN)/python -c "$$version"); \
for other in $(OTHERS); do \
	theirs=$$($$other -c "$$version" 2>/dev/null) || continue; \
	[ "$$theirs" != "$$ours" ] || continue; \
	echo "第二个 Python：$$theirs（本机 $$ours）"; \
	exec $(MAKE) --no-print-directory pure PYTHON=$$other VENV=.venv-second; \
done; \
echo "没有找到第二个 Python，只在 $$ours 上测"
endef
