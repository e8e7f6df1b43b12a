"""Docker's registry, as Debian packages it: plain HTTP on loopback, the caller's files as its store, Basic
authentication by a bcrypt password file, as ECR asks for it."""
import json
import os
import secrets
import shutil
import subprocess
from pathlib import Path

from daemon import Daemon, ServiceError, free_port


def start(state, user, password, tls=None):
    """Starts the registry; gives its `host:port`. `tls` is that part of its configuration."""
    if shutil.which("docker-registry") is None or shutil.which("htpasswd") is None:
        raise ServiceError("docker-registry or htpasswd is missing: run scripts/install demo")
    state = Path(state)
    address = f"127.0.0.1:{free_port()}"
    # by stdin: a password in the arguments is seen by everyone on the machine; cost 5, as it is checked on each request
    entry = subprocess.run(
        ["htpasswd", "-niB", "-C", "5", user], input=password, capture_output=True, text=True, check=True).stdout
    passwords = state / "registry.htpasswd"
    passwords.touch(mode=0o600)
    passwords.write_text(entry)

    configuration = {
        "version": "0.1",
        "log": {"level": "info", "accesslog": {"disabled": False}},
        "storage": {
            "filesystem": {"rootdirectory": str((state / "registry").resolve())},
            "cache": {"blobdescriptor": "inmemory"},
            "delete": {"enabled": True},
        },
        "http": {"addr": address, "secret": secrets.token_hex(16)},
        "auth": {"htpasswd": {"realm": "imagesmith", "path": str(passwords.resolve())}},
    }
    if tls:
        configuration["http"]["tls"] = tls
    # JSON is YAML
    path = state / "registry.yml"
    path.write_text(json.dumps(configuration, indent=2) + "\n")
    daemon = Daemon(state, "registry")
    # REGISTRY_... variables would override the configuration
    for name in [name for name in os.environ if name.startswith("REGISTRY_")]:
        del os.environ[name]
    daemon.start(["docker-registry", "serve", str(path.resolve())], {"OTEL_TRACES_EXPORTER": "none"})
    # one with TLS answers plain HTTP too, with 400
    daemon.wait_until_answering(f"http://{address}/v2/")
    return address
