# CI's environment, for a machine that has something else: the same Python, packages, browser and command.
#   docker build -t fa-book . && docker run --rm fa-book
FROM python:3.11-slim-bookworm

RUN apt-get update && apt-get install -y --no-install-recommends make git chromium \
    && rm -rf /var/lib/apt/lists/*

# torch without CUDA
ENV PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu PIP_NO_CACHE_DIR=1

WORKDIR /book
# the packages first: they change less often than the book
COPY requirements.txt requirements-torch.txt Makefile ./
COPY tools/venv.sh tools/
RUN make venv
COPY . .

CMD ["bash", ".ci/run"]
