# Written by `imagesmith generate` from users.yaml: change it there, not here.
#
# An ordinary Dockerfile, for any builder:
#   imagesmith build       every group, on a base that imagesmith makes itself
#   docker build .         this folder, on the base image named below
#   buildah build .        the same without a daemon
# All of them take these secrets, each optional, none kept in the image (--secret id=NAME,src=FILE):
#   apt_conf     settings for apt, such as a mirror or a proxy
#   pip_conf     settings for pip, such as a package index
#   ca_bundle    certificates that pip trusts, where a proxy has its own

# `imagesmith build` puts in this place a base that it makes from the packages of debian/trixie, the same to the last byte
# each time. Other builders pull the image that is most like it.
ARG BASE_IMAGE=docker.io/library/debian:trixie-slim
FROM ${BASE_IMAGE}

# The time that files made by a build carry, in seconds since 1970. RUN sees it; the image does not keep it.
ARG SOURCE_DATE_EPOCH=1767225600

ENV LANG=C.UTF-8 \
    PATH=/opt/jupyterhub/bin:${PATH:-/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin}

# What the hub needs from Debian: an init process, the proxy, and accounts that come from /var/lib/extrausers.
COPY --chmod=0755 files/apt-install /usr/local/sbin/apt-install
RUN --mount=type=secret,id=apt_conf \
    apt-install \
        ca-certificates \
        libnss-extrausers \
        node-configurable-http-proxy \
        python3 \
        python3-venv \
        tini \
    && sed -i -E '/extrausers/! s/^(passwd|group|shadow):.*/& extrausers/' /etc/nsswitch.conf

# What users.yaml lists under `image`, for every group: Debian packages, and R packages by their name in Debian.
RUN --mount=type=secret,id=apt_conf \
    apt-install \
        git \
        nano \
        r-base-core \
        r-cran-irkernel \
        r-cran-ggplot2 \
        r-cran-dplyr \
        r-cran-devtools

# JupyterHub, JupyterLab and whatever else images/requirements.lock names, each package checked against its hash.
# Compiled files record no time of their source, so that they stay valid whatever times a builder gives to files.
COPY --chmod=0644 files/requirements.lock /usr/local/share/jupyterhub/requirements.lock
RUN --mount=type=secret,id=pip_conf --mount=type=secret,id=ca_bundle \
    set -eu; \
    if [ -s /run/secrets/pip_conf ]; then export PIP_CONFIG_FILE=/run/secrets/pip_conf; fi; \
    if [ -s /run/secrets/ca_bundle ]; then export PIP_CERT=/run/secrets/ca_bundle; fi; \
    export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore PYTHONHASHSEED=0; \
    python3 -m venv /opt/jupyterhub; \
    /opt/jupyterhub/bin/pip install --quiet --no-compile --only-binary :all: --require-hashes \
        --requirement /usr/local/share/jupyterhub/requirements.lock; \
    /opt/jupyterhub/bin/pip check; \
    python3 -m compileall -q -f -j 1 --invalidation-mode unchecked-hash /opt/jupyterhub; \
    rm -rf /root/.cache /tmp/*

# How the hub, the users' servers and the login behave. No user is named here: those are in the last layers.
COPY --chmod=0644 files/jupyterhub_config.py /srv/jupyterhub/jupyterhub_config.py
COPY --chmod=0644 files/jupyter_server_config.py /etc/jupyter/jupyter_server_config.py
COPY --chmod=0644 files/pam-jupyterhub /etc/pam.d/jupyterhub
COPY --chmod=0755 files/entrypoint /usr/local/bin/entrypoint

WORKDIR /srv/jupyterhub
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/entrypoint"]
CMD ["jupyterhub", "-f", "/srv/jupyterhub/jupyterhub_config.py"]

# ---- To here every group has the same lines, and so the same layers. ----

# The group pii: may read personal data
# Its task listens on this port.
ENV JUPYTERHUB_PORT=9000
EXPOSE 9000

# What users.yaml lists for this group alone.
RUN --mount=type=secret,id=apt_conf \
    apt-install \
        postgresql-client \
        r-cran-rpostgresql

# The group's accounts, all locked: the entrypoint puts their password hashes in place when a container starts. A change
# of people in users.yaml changes these layers and no others. 42 is Debian's group `shadow`.
COPY --chmod=0644 accounts/passwd accounts/group /var/lib/extrausers/
COPY --chmod=0640 --chown=0:42 accounts/shadow /var/lib/extrausers/
