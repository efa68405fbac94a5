# Two commands: make book, make test. make help lists the rest.
SHELL := /bin/sh
PY := .venv/bin/python
PORT ?= 8000
export PYTHONPATH := $(CURDIR)

.DEFAULT_GOAL := help
.PHONY: help venv browser book html editions quality chapter test lint serve pdf epub archive paper bench mutate repeat replicate upgrade repository clean

help:  ## list these commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-20s %s\n", $$1, $$2}'

venv:  ## make or update .venv from requirements.txt and requirements-torch.txt
	@PYTHON="$(PYTHON)" sh tools/venv.sh

browser: venv  ## find a Chromium, or get one: playwright's download, else apt-get where you are root
	@$(PY) -m tools.chromium

book: venv  ## run every chapter that changed and build _build/html
	$(PY) -m tools.execute
	@$(MAKE) --no-print-directory html

html: venv  ## build _build/html from the notebooks as they are, warnings as errors; notebooks and Markdown for readers
	@rm -rf _build/html _build/.doctrees
	@$(PY) -m tools.built begin
	.venv/bin/jupyter-book build . -n -W --keep-going --quiet
	$(PY) -m tools.reader
	@$(PY) -m tools.built end

editions: html  ## run each notebook for readers (_build/html/notebooks) alone in an empty folder
	$(PY) -m tools.reader.run

chapter: venv  ## run one chapter: NAME=alignment, and PARAMETERS="runs=3" for a trial run in _build/parametrised
	@test -n "$(NAME)" || { echo "error: say which chapter: make chapter NAME=alignment" >&2; exit 2; }
	$(PY) -m tools.execute $(NAME) --force $(if $(PARAMETERS),--parameters $(PARAMETERS))

test: venv  ## everything that CI checks
	@$(PY) -m tools.check

lint: venv  ## format the code and mend what ruff can
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

serve:  ## show _build/html at http://127.0.0.1:8000 (another port: PORT=8001)
	$(PY) -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

pdf: browser html  ## the whole book as _build/paper/*.pdf, printed by Chromium
	$(PY) -m tools.paper pdf

epub: browser html  ## the whole book as _build/paper/*.epub
	$(PY) -m tools.paper epub

archive: html  ## texts, notebooks, data, results, code and environment as _build/paper/*.zip
	$(PY) -m tools.paper zip

paper: browser html  ## all three
	$(PY) -m tools.paper

quality: browser  ## measure _build/html in a browser and with Lighthouse (needs npm): one table, bars
	$(PY) -m tools.quality

bench: venv  ## print speeds against references and limits
	$(PY) -m tools.bench

mutate: venv  ## put faults into the code, one at a time, some hundred chosen ones and 300 drawn at random: which check catches each?
	$(PY) -m tools.mutate

repeat: venv  ## run every notebook again: as it is, with four threads, with other instructions; say what changed
	$(PY) -m tools.repeat

replicate: venv  ## compute every verdict again with another seed and split (an hour of two cores); the ledger shows both
	$(PY) -m tools.replicate

upgrade: venv  ## pin the newest versions of requirements.in in requirements.txt and binder/, then make test
	$(PY) -m tools.pin --upgrade

repository: venv  ## move to another repository address: URL=https://github.com/name/repository
	@echo "$(URL)" | grep -Eqx "https://github\.com/[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+" || \
	  { echo "error: give an address such as URL=https://github.com/name/repository, got '$(URL)'" >&2; exit 2; }
	@old=$$(sed -n 's|^  url: ||p' _config.yml); \
	pages() { echo "$$1" | awk -F/ '{ print "https://" tolower($$4) ".github.io/" $$5 }'; }; \
	files=$$(git grep -lF -e "$$old" -e "$$(pages "$$old")"); \
	echo "$$files" | xargs sed -i.before -e "s|$$old|$(URL)|g" -e "s|$$(pages "$$old")|$$(pages "$(URL)")|g"; \
	echo "$$files" | sed 's|$$|.before|' | xargs rm; \
	echo "$$files" | grep '\.ipynb$$' | xargs $(PY) -m tools.normalise; echo "$$files"

clean:  ## remove everything that was built, .venv excepted
	rm -rf _build .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +
