# The service of one machine in a container: the Dagster UI, its daemon and the database, everything kept in one volume.
#   docker build --tag achievement-pipeline .
#   docker run --init --network host --volume achievements:/var/lib/achievements --volume ~/src:/src:ro achievement-pipeline
# It prints the address that lets your browser in. Other commands run beside it: docker exec CONTAINER achievements list
# Many machines: deploy/Dockerfile
FROM python:3.13-slim-bookworm
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git openssh-client \
    && rm -rf /var/lib/apt/lists/*
COPY . /opt/achievements
RUN pip install --no-cache-dir --constraint /opt/achievements/constraints.txt /opt/achievements \
    && useradd --create-home --uid 10001 achievements \
    && install -d -o achievements /var/lib/achievements /src
USER 10001
ENV ACHIEVEMENTS_HOME=/var/lib/achievements \
    GIT_REPO_PATH=/src
VOLUME /var/lib/achievements
WORKDIR /home/achievements
# the UI listens on the loopback address alone, which --network host makes that of the machine
ENTRYPOINT ["achievements"]
CMD ["start"]
