"""buildah on the same generated Dockerfile and the same base: the file tree that it comes to."""
import os
import re
from pathlib import Path

import tree
from report import expect

# (pattern of the path, the fields that may differ, reason)
DIFFERENCES = [
    (re.compile(r"run/secrets"), (), "buildah leaves the mount point of RUN --mount=type=secret in the image"),
]


def judge_build(report, image, listing, storage, output):
    """Builds the group's Dockerfile by buildah, and compares its tree with that of imagesmith's image."""
    base, built = "localhost/imagesmith/base:latest", "localhost/imagesmith/peer:latest"

    def build():
        storage.take(image.base(output / "work/base"), base)
        secrets = []
        for bundle in (os.environ.get("SSL_CERT_FILE"), "/etc/ssl/certs/ca-certificates.crt"):
            if bundle and Path(bundle).exists():
                secrets = ["--secret", f"id=ca_bundle,src={bundle}"]
                break
        # chroot: no runtime and no network of its own, so that it works where imagesmith does
        storage.buildah(
            "build", "--isolation", "chroot", "--pull-never", "--build-arg", f"BASE_IMAGE={base}", *secrets,
            "--tag", built, image.context, log=output / "buildah.log")

    done = report.check(f"buildah builds the Dockerfile of {image.tag}", build, seconds=900)

    def compare():
        lines, explained = tree.differences(listing, storage.tree(built), DIFFERENCES)
        for reason, count in sorted(explained.items()):
            print(f"        {count} {'file' if count == 1 else 'files'}: {reason}")
        expect(not lines, f"{len(lines)} differences (imagesmith | buildah):\n" + "\n".join(lines))

    report.check("it comes to the same file tree", compare, seconds=240, needs=[done, listing])
