# syntax=docker/dockerfile:1
# One image for every role: the command says whether it is a worker, beat, the console, Flower or the command line.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
RUN python -m venv /opt/syncd && python -m venv /opt/build
# The locks come first: the layers with the libraries stay cached while only our code changes.
COPY requirements/main.lock requirements/build.lock requirements/
RUN /opt/syncd/bin/pip install --require-hashes -r requirements/main.lock \
    && /opt/build/bin/pip install --require-hashes -r requirements/build.lock
COPY . .
RUN /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /opt/syncd/bin/pip install --no-deps /wheels/*.whl \
    && /opt/syncd/bin/pip uninstall --yes pip

FROM ${PYTHON_IMAGE}
RUN groupadd --gid 10001 syncd \
    && useradd --uid 10001 --gid syncd --home-dir /var/lib/syncd --create-home --shell /usr/sbin/nologin syncd
COPY --from=build /opt/syncd /opt/syncd
ENV PATH=/opt/syncd/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER syncd
WORKDIR /var/lib/syncd
# Exec form throughout: signals reach the process itself, so a stop is clean.
HEALTHCHECK --interval=60s --timeout=15s --start-period=30s --retries=3 CMD ["syncd", "doctor", "--local"]
CMD ["syncd", "--help"]
