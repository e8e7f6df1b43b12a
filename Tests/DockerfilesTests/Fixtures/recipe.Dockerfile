# A notebook hub for one group: made like the Dockerfiles that this project writes.
ARG BASE_IMAGE=registry.example/base:trixie
FROM ${BASE_IMAGE}

ARG SOURCE_DATE_EPOCH=1760000000
ARG DEBIAN_FRONTEND=noninteractive
ENV LANG=C.UTF-8 \
    PATH=/opt/hub/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# 1. packages of the distribution
RUN --mount=type=secret,id=apt_conf \
    set -eu; \
    # a comment in the middle
    if [ -s /run/secrets/apt_conf ]; then export APT_CONFIG=/run/secrets/apt_conf; fi; \

    apt-get update -qq; \
    apt-get install -y -qq --no-install-recommends \
        ca-certificates tini python3 r-base-core; \
    sed -i -E 's/^(passwd|group|shadow):.*/& extrausers/' /etc/nsswitch.conf; \
    rm -rf /var/lib/apt/lists/* /etc/passwd-

# 2. packages of Python
COPY files/requirements.lock /usr/share/hub/requirements.lock
RUN --mount=type=secret,id=pip_conf --mount=type=secret,id=ca_bundle \
    --mount=type=cache,target=/root/.cache,sharing=locked,mode=0700 \
    python3 -m venv /opt/hub && /opt/hub/bin/pip install -r /usr/share/hub/requirements.lock

COPY --link --chmod=0644 accounts/passwd accounts/group /var/lib/extrausers/
COPY --link --chmod=0640 --chown=root:shadow accounts/shadow /var/lib/extrausers/

WORKDIR /srv/hub
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=3s --start-period=1m CMD curl -fs http://localhost:8000/hub/health
ENTRYPOINT ["/usr/bin/tini", "-g", "--"]
CMD ["hub", "-f", "/srv/hub/config.py"]
