# The grader and its course in an image: `docker build -t gradlings .`, and `docker run --rm -v "$PWD:/work" gradlings
# lecture5 --submission exercises`. docs/ci.md says more, and docs/security.md what isolation a container gives.
#
# Any platform for which Python and torch have builds: `docker buildx build --platform linux/amd64,linux/arm64 .`
ARG BASE=python:3.12-slim

FROM ${BASE} AS built
# The build for CPUs: PyPI's own for Linux brings gigabytes for graphics cards.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_EXTRA_INDEX_URL=${TORCH_INDEX}
RUN python3 -m venv /opt/gradlings
# What changes least comes first: as long as the pins do, these layers are taken from the cache.
COPY constraints.txt /src/
RUN /opt/gradlings/bin/pip install -c /src/constraints.txt torch torchvision
COPY . /src
RUN /opt/gradlings/bin/pip install -c /src/constraints.txt /src \
    && /opt/gradlings/bin/pip uninstall --yes pip \
    # headers, to build extensions with, and torch's own tests: a tenth of all, and nothing here uses them
    && rm -rf /opt/gradlings/lib/python3*/site-packages/torch/include /opt/gradlings/lib/python3*/site-packages/torch/test

FROM ${BASE}
LABEL org.opencontainers.image.title="gradlings" org.opencontainers.image.licenses="MIT"
COPY --from=built /opt/gradlings /opt/gradlings
# Not root, and no more than is written: /work, where a run keeps its report, and a home for what --full downloads.
RUN useradd --non-unique --uid 1000 --create-home learner && install --directory --owner learner /work
ENV PATH=/opt/gradlings/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONSAFEPATH=1
USER learner
WORKDIR /work
ENTRYPOINT ["grade"]
CMD ["list"]
