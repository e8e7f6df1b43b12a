"""Whether other people's tools read the images of the local store as imagesmith means them, and build the same.

usage: peers.py --store DIR --images DIR --output DIR [--no-build] GROUP...

  --store      an OCI image layout with a tag for each group
  --images     the folder with each group's Dockerfile and build context
  --output     a folder for work, some GB of it, and for logs; the work is removed again
  --no-build   leave out buildah's build of the first group, which takes as long as the RUN commands do

skopeo inspects and copies every group's image. The first group's is unpacked by umoci, run by podman and built again by
buildah, and their file trees are compared. Prints `ok` or `FAIL` for each check, then how many passed; exits 1 if any
failed. Needs to be root.
"""
import argparse
import json
import shutil
import sys
import tarfile
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "Judge"))

import tree
from buildah import judge_build
from layout import Image
from machine import Storage, run
from report import Report, expect

# what the recipe promises of these files: mode, owner
SAMPLES = {
    "var/lib/extrausers/passwd": ("0644", "0:0"),
    "var/lib/extrausers/group": ("0644", "0:0"),
    "var/lib/extrausers/shadow": ("0640", "0:42"),
    "usr/local/bin/entrypoint": ("0755", "0:0"),
    "srv/jupyterhub/jupyterhub_config.py": ("0644", "0:0"),
    "usr/bin/su": ("4755", "0:0"),
    "usr/bin/chage": ("2755", "0:42"),
    "tmp": ("1777", "0:0"),
}
# pairs that Debian packs as one file: a path, and how the other begins
HARDLINKS = [("usr/bin/perl", "usr/bin/perl5."), ("usr/bin/unzip", "usr/bin/zipinfo")]


def judge_skopeo(report, image, output):
    """skopeo on the image as it is in the store."""

    def inspect():
        seen = json.loads(run("skopeo", "inspect", image.reference))
        expect(seen["Digest"] == image.digest, f"skopeo says {seen['Digest']}, the store {image.digest}")
        expect(seen["Layers"] == image.layers, "skopeo sees other layers")
        config = json.loads(run("skopeo", "inspect", "--config", image.reference))
        names = ("Env", "Entrypoint", "Cmd", "WorkingDir", "StopSignal", "ExposedPorts")
        for name in names:
            expect(config["config"].get(name) == image.config["config"].get(name), f"skopeo sees another {name}")

    report.check(f"skopeo inspects {image.tag}", inspect)

    def copy():
        run("skopeo", "copy", "--quiet", image.reference, f"oci:{output / 'copy'}:{image.tag}")
        copied = Image(output / "copy", image.tag)
        expect(copied.digest == image.digest, f"the copy has {copied.digest}, the store {image.digest}")
        expect(all(copied.blob(digest).exists() for digest in copied.layers), "the copy misses layers")

    report.check(f"skopeo copies {image.tag} to another layout, its digest the same", copy, seconds=120)


def flatten(image, output):
    """The image with its layers uncompressed: neither Docker's archives nor this umoci know zstd."""
    run("skopeo", "copy", "--quiet", "--dest-decompress", image.reference, f"dir:{output / 'plain'}")
    return output / "plain"


def judge_archive(report, image, plain, output):
    def archive():
        path = output / "image.tar"
        run("skopeo", "copy", "--quiet", f"dir:{plain}", f"docker-archive:{path}:imagesmith/{image.tag}:latest")
        with tarfile.open(path) as tar:
            entry = json.load(tar.extractfile("manifest.json"))[0]
        path.unlink()
        config = entry["Config"].removesuffix(".json")
        expect(f"sha256:{config}" == image.config_digest, f"its configuration is {config}")
        layers = ["sha256:" + layer.removesuffix(".tar") for layer in entry["Layers"]]
        expect(layers == image.config["rootfs"]["diff_ids"], "its layers are not the diff ids of the configuration")

    report.check(
        f"skopeo copies {image.tag} to a docker-archive: configuration and diff ids the same", archive, seconds=180,
        needs=[plain])


def judge_umoci(report, image, plain, output):
    """umoci's unpacked tree. Gives its listing."""

    def unpack():
        flat = output / "flat"
        accept = "--dest-oci-accept-uncompressed-layers"
        run("skopeo", "copy", "--quiet", accept, f"dir:{plain}", f"oci:{flat}:{image.tag}")
        shutil.rmtree(plain)
        run("umoci", "raw", "unpack", "--image", f"{flat}:{image.tag}", output / "rootfs")
        shutil.rmtree(flat)
        listing = tree.scan(output / "rootfs")
        shutil.rmtree(output / "rootfs")
        return listing

    listing = report.check(f"umoci unpacks {image.tag}", unpack, seconds=400, needs=[plain])

    def samples():
        for path, (mode, owner) in SAMPLES.items():
            found = listing.get(path, {})
            expect(found.get("mode") == mode and found.get("owner") == owner,
                   f"/{path} is {found.get('mode')} {found.get('owner')}, not {mode} {owner}")
        for one, other in HARDLINKS:
            linked = any(path.startswith(other) and entry.get("hardlink") == one for path, entry in listing.items())
            expect(linked, f"/{one} and /{other}* are not one file")

    report.check("modes, owners, set-id bits and hard links are as the recipe means them", samples, needs=[listing])
    return listing


def judge_podman(report, image, members, listing, storage):
    """podman's containers and merged tree."""
    name = f"localhost/imagesmith/{image.tag}:latest"
    taken = report.check(f"podman's store takes {image.tag}", lambda: storage.take(image, name), seconds=240)

    def says(expected, *command):
        def body():
            text = storage.run_in(name, *command)
            expect(expected in text, f"expected {expected!r}, got {text[:200]!r}")

        report.check(f"podman run {image.tag} {' '.join(command)}", body, seconds=120, needs=[taken])

    pinned = next(line.split("==")[1].split()[0] for line in locked(image) if line.startswith("jupyterhub=="))
    says(pinned, "jupyterhub", "--version")
    says("R version 4.", "R", "--version")
    for user in members:
        says(f"{user}:x:", "getent", "passwd", user)

    def same_tree():
        lines, _ = tree.differences(listing, storage.tree(name))
        expect(not lines, f"{len(lines)} differences (umoci | podman):\n" + "\n".join(lines))

    report.check("podman and umoci see the same file tree", same_tree, seconds=240, needs=[taken, listing])


def locked(image):
    return (image.context / "files/requirements.lock").read_text().splitlines()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", required=True, type=Path)
    parser.add_argument("--images", required=True, type=Path)
    parser.add_argument("--output", required=True, type=Path)
    parser.add_argument("--no-build", action="store_true")
    parser.add_argument("groups", nargs="+", metavar="GROUP")
    arguments = parser.parse_args()
    output = arguments.output.resolve()
    work = output / "work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)

    report = Report()
    storage = Storage(work / "containers")
    try:
        images = [Image(arguments.store.resolve(), group) for group in arguments.groups]
        for image in images:
            image.context = arguments.images.resolve() / image.tag
            judge_skopeo(report, image, work)
        shutil.rmtree(work / "copy")
        first = images[0]
        accounts = (first.context / "accounts/passwd").read_text().splitlines()
        plain = report.check("skopeo uncompresses the layers", lambda: flatten(first, work), seconds=180)
        judge_archive(report, first, plain, work)
        listing = judge_umoci(report, first, plain, work)
        judge_podman(report, first, [line.partition(":")[0] for line in accounts], listing, storage)
        if not arguments.no_build:
            judge_build(report, first, listing, storage, output)
    finally:
        storage.remove()
        shutil.rmtree(work, ignore_errors=True)
    report.close()


if __name__ == "__main__":
    main()
