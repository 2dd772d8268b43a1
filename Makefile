# Two commands on a fresh machine: `make run` serves, `make test` proves. Another Python: make run PYTHON=python3.13
PYTHON ?= python3
VENV ?= .venv
MAKEFLAGS += --no-print-directory
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
PYTEST := $(BIN)/python -m pytest -p no:cacheprovider
LOCKFLAGS := --universal --python-version 3.11 --generate-hashes --no-build --no-header \
	--no-emit-index-url --no-emit-find-links --annotation-style line --extra build

.PHONY: run install test test-long lint lock python

run: install
	@exec $(BIN)/jianfu serve

install: python
	@cmp -s requirements.lock $(VENV)/installed.lock || $(call build,requirements.lock,installed.lock)

# The test lock holds the other one whole, so one environment serves both.
.PHONY: install-test
install-test: install
	@cmp -s requirements-test.lock $(VENV)/installed-test.lock || { $(call fetch,requirements-test.lock,installed-test.lock); }

test: install-test lint
	@$(PYTEST) -m "not long"

test-long: install-test
	@$(PYTEST) -m "long or not long"

lint: install-test
	@$(BIN)/ruff check . && $(BIN)/mypy

# uv lives apart: it resolves for every Python and both machines at once, and nothing else needs it.
lock: python
	@test -x .venv-lock/bin/uv || { $(PYTHON) -m venv .venv-lock && .venv-lock/bin/python -m pip install -q uv; }
	@.venv-lock/bin/uv pip compile -q $(LOCKFLAGS) $(UPGRADE) pyproject.toml -o requirements.lock
	@.venv-lock/bin/uv pip compile -q $(LOCKFLAGS) $(UPGRADE) --extra test -c requirements.lock pyproject.toml -o requirements-test.lock

python:
	@command -v $(PYTHON) >/dev/null 2>&1 || { echo "找不到 $(PYTHON)：请安装 Python 3.11 以上，例如 apt install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "$(PYTHON) 版本太旧：需要 Python 3.11 以上，可用 make run PYTHON=python3.13 另指一个" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "缺少 venv 模块：请先运行 apt install python3-venv" >&2; exit 1; }

# $(1) the lock, $(2) the stamp, written last: an interrupted installation starts again.
define fetch
echo "正在安装依赖（$(1)）…"; \
$(PIP) install -q --require-hashes --only-binary :all: -r $(1) 2>$(VENV)/install.log \
	&& $(PIP) install -q --no-deps --no-build-isolation --editable . 2>>$(VENV)/install.log \
	|| { echo "依赖没有装成：请检查网络或 pip 镜像设置后重试，详情见 $(VENV)/install.log" >&2; exit 1; }; \
cp $(1) $(VENV)/$(2)
endef

define build
{ $(PYTHON) -m venv --clear $(VENV) >/dev/null 2>&1 || { echo "建不了 $(VENV)：请检查本目录是否可写、磁盘是否已满" >&2; exit 1; }; $(fetch); }
endef
