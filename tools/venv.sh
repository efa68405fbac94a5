#!/bin/sh
# Make .venv hold what requirements.txt and requirements-torch.txt ask for. Nothing is done if it already does, or if
# .venv is a link to a place that somebody else looks after.
set -eu
cd "$(dirname "$0")/.."

# every command that needs .venv writes here too: said before anything is half done
if [ ! -w . ]; then
    echo "error: nothing can be written in $(pwd): copy the folder to a place of your own and run make there" >&2
    exit 1
fi
if [ -L .venv ] && [ -x .venv/bin/python ]; then
    exit 0
fi
if [ -x .venv/bin/python ] && cat requirements.txt requirements-torch.txt | cmp -s - .venv/installed.txt; then
    exit 0
fi

python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "error: Python 3.11 or newer is needed; $python is $("$python" --version 2>&1). Try make venv PYTHON=python3.11" >&2
    exit 1
}
if ! .venv/bin/python -c '' 2>/dev/null; then
    "$python" -m venv --clear .venv
fi
install() {
    .venv/bin/python -m pip install --disable-pip-version-check --progress-bar off "$@"
}
install --require-hashes -r requirements.txt
install -r requirements-torch.txt  # which wheel depends on the index; what it needs beside is there by now
# fa_lib and fa_book as they stand in this folder, for Jupyter and for python started by hand
.venv/bin/python - <<'EOF'
import pathlib
import sysconfig

pathlib.Path(sysconfig.get_path("purelib"), "fa_lib.pth").write_text(f"{pathlib.Path.cwd()}\n")
EOF
cat requirements.txt requirements-torch.txt > .venv/installed.txt  # last: an install cut short is taken up again
