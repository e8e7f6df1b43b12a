"""/srv/jupyterhub/jupyterhub_config.py: how the hub of every group runs.

It names no user and holds no secret. Who may log in is decided by two Unix groups, whose members come with the image:
`jupyter-users` may, and those of `jupyter-admins` also administer the hub.
"""

import os
import pwd
import shutil
from pathlib import Path

c = get_config()  # noqa: F821


# --- Addresses: the proxy faces outside, the hub and the proxy's API only this machine --------------------------------

port = os.environ.get("JUPYTERHUB_PORT", "8000")
hub_port = os.environ.get("JUPYTERHUB_HUB_PORT", "8081")
proxy_api_port = os.environ.get("JUPYTERHUB_PROXY_API_PORT", "8001")

c.JupyterHub.bind_url = f"http://:{port}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{hub_port}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{proxy_api_port}"
c.ConfigurableHTTPProxy.command = ["configurable-http-proxy"]
c.ConfigurableHTTPProxy.pid_file = "/run/jupyterhub-proxy.pid"


# --- State: sessions survive a new container only where a volume is mounted here --------------------------------------

state = Path(os.environ.get("JUPYTERHUB_STATE_DIR", "/var/lib/jupyterhub"))
state.mkdir(mode=0o700, parents=True, exist_ok=True)

c.JupyterHub.db_url = f"sqlite:///{state}/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = f"{state}/cookie_secret"


# --- Login: a Unix password, and membership of a Unix group -----------------------------------------------------------

c.JupyterHub.authenticator_class = "pam"
c.PAMAuthenticator.service = "jupyterhub"  # /etc/pam.d/jupyterhub
c.PAMAuthenticator.allowed_groups = {"jupyter-users"}
c.PAMAuthenticator.admin_groups = {"jupyter-admins"}
c.PAMAuthenticator.check_account = True  # expired accounts of shadow(5) are refused
c.PAMAuthenticator.open_sessions = False  # a container has no login sessions
c.LocalAuthenticator.create_system_users = False


# --- Users' servers: processes of this container, each under its user's id --------------------------------------------

c.JupyterHub.spawner_class = "localprocess"
c.Spawner.cmd = ["jupyterhub-singleuser"]
c.Spawner.default_url = "/lab"
c.Spawner.start_timeout = 60
c.Spawner.http_timeout = 60

# What a server inherits besides PATH, LANG and the like: where the container's role gives out its credentials, and where
# notebooks are kept. Access keys are not among it.
c.LocalProcessSpawner.env_keep.extend(
    [
        "AWS_CONTAINER_AUTHORIZATION_TOKEN",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_DEFAULT_REGION",
        "AWS_ENDPOINT_URL_S3",
        "AWS_REGION",
        "NOTEBOOK_S3_BUCKET",
        "NOTEBOOK_S3_PREFIX",
    ]
)

# The role of the container is the only source of credentials: no instance behind it is asked, no file of the user's is
# read.
c.Spawner.environment = {
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}


def make_home(spawner):
    """Makes the user's home from /etc/skel, readable by that user alone, unless there is one already.

    Here and not in the image, so that /home may be a volume.
    """
    user = pwd.getpwnam(spawner.user.name)
    home = Path(user.pw_dir)
    if home.exists():
        if home.stat().st_uid != user.pw_uid:
            raise PermissionError(f"{home} belongs to the user id {home.stat().st_uid}, not {user.pw_uid}")
        return

    # Whole or not at all: prepared under another name, which a start that was cut short may have left behind.
    new = home.with_name(f".{home.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    shutil.copytree("/etc/skel", new, symlinks=True)
    for path in [new, *new.rglob("*")]:
        os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
    new.chmod(0o700)
    new.rename(home)


c.Spawner.pre_spawn_hook = make_home
