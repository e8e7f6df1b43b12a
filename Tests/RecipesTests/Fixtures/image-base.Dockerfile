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

ARG BASE_IMAGE=registry.example.com/team/hub@sha256:0000000000000000000000000000000000000000000000000000000000000000
FROM ${BASE_IMAGE}
# Whoever the base runs as: packages are installed, and the hub starts its users' servers, as root.
USER root

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
        tini \
    && sed -i -E '/extrausers/! s/^(passwd|group|shadow):.*/& extrausers/' /etc/nsswitch.conf

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

# The group pii
# Its task listens on this port.
ENV JUPYTERHUB_PORT=8000
EXPOSE 8000

# The group's accounts, all locked: the entrypoint puts their password hashes in place when a container starts. A change
# of people in users.yaml changes these layers and no others. 42 is Debian's group `shadow`.
COPY --chmod=0644 accounts/passwd accounts/group /var/lib/extrausers/
COPY --chmod=0640 --chown=0:42 accounts/shadow /var/lib/extrausers/
