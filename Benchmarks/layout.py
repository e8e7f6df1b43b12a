"""Writes a tree as an OCI image layout of gzip layers, without any image builder."""
import hashlib
import json
import platform
import subprocess
from pathlib import Path

MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}


def write(directory, root, parts):
    """A layer for each list of paths in `root`; what a later list names is left out of those before."""
    blobs = Path(directory) / "blobs/sha256"
    blobs.mkdir(parents=True)
    layers, diff_ids = [], []
    for number, part in enumerate(parts):
        later = [f"--exclude={path}" for other in parts[number + 1:] for path in other]
        subprocess.run(
            ["tar", "-C", root, "--sort=name", "--xattrs", "--anchored", *later, "-cf", blobs / "tar", *part],
            check=True)
        with open(blobs / "tar", "rb") as file:
            diff_ids.append("sha256:" + hashlib.file_digest(file, "sha256").hexdigest())
        subprocess.run(["gzip", "-1", "-n", blobs / "tar"], check=True)
        layers.append(descriptor(blobs, blobs / "tar.gz", "application/vnd.oci.image.layer.v1.tar+gzip"))
    config = {
        "architecture": MACHINES.get(platform.machine(), platform.machine()), "os": "linux",
        "config": {"Env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]}, "rootfs": {"type": "layers", "diff_ids": diff_ids},
        "history": [{"created_by": "tar"} for _ in parts]}  # buildah wants one for each layer
    manifest = {
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": put(blobs, config, "application/vnd.oci.image.config.v1+json"), "layers": layers}
    entry = put(blobs, manifest, manifest["mediaType"])
    entry["annotations"] = {"org.opencontainers.image.ref.name": "latest"}
    (directory / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [entry]}))
    (directory / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')


def put(blobs, document, kind):
    (blobs / "new").write_text(json.dumps(document))
    return descriptor(blobs, blobs / "new", kind)


def descriptor(blobs, path, kind):
    """Gives a file its digest as its name."""
    with open(path, "rb") as file:
        name = hashlib.file_digest(file, "sha256").hexdigest()
    size = path.stat().st_size
    path.rename(blobs / name)
    return {"mediaType": kind, "digest": f"sha256:{name}", "size": size}


def layers(directory):
    """The paths of the layers' blobs."""
    blobs = Path(directory) / "blobs/sha256"
    index = json.loads((Path(directory) / "index.json").read_text())
    manifest = json.loads((blobs / index["manifests"][0]["digest"].removeprefix("sha256:")).read_text())
    return [blobs / layer["digest"].removeprefix("sha256:") for layer in manifest["layers"]]
