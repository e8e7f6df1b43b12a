"""OCI image layouts, read and written here by their specification alone."""
import hashlib
import json
import os
from pathlib import Path

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
TAG = "org.opencontainers.image.ref.name"


class Image:
    """One tagged image of a layout."""

    def __init__(self, layout, tag):
        self.layout = Path(layout)
        self.tag = tag
        index = json.loads((self.layout / "index.json").read_text())
        entry = next(entry for entry in index["manifests"] if entry.get("annotations", {}).get(TAG) == tag)
        self.digest = entry["digest"]
        self.manifest = json.loads(self.blob(self.digest).read_text())
        self.config_digest = self.manifest["config"]["digest"]
        self.config = json.loads(self.blob(self.config_digest).read_text())

    @property
    def reference(self):
        return f"oci:{self.layout}:{self.tag}"

    @property
    def layers(self):
        return [layer["digest"] for layer in self.manifest["layers"]]

    def blob(self, digest):
        algorithm, _, value = digest.partition(":")
        return self.layout / "blobs" / algorithm / value

    def base(self, layout):
        """A new layout with an image of this one's lowest layer alone; gives the image, tagged `base`."""
        blobs = Path(layout) / "blobs/sha256"
        blobs.mkdir(parents=True)
        layer = self.manifest["layers"][0]
        os.link(self.blob(layer["digest"]), blobs / layer["digest"].partition(":")[2])

        def put(document, media_type):
            data = json.dumps(document).encode()
            value = hashlib.sha256(data).hexdigest()
            (blobs / value).write_bytes(data)
            return {"mediaType": media_type, "digest": f"sha256:{value}", "size": len(data)}

        config = put({
            "architecture": self.config["architecture"], "os": self.config["os"], "config": {},
            "rootfs": {"type": "layers", "diff_ids": self.config["rootfs"]["diff_ids"][:1]}}, CONFIG)
        manifest = put({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer]}, MANIFEST)
        index = {"schemaVersion": 2, "manifests": [manifest | {"annotations": {TAG: "base"}}]}
        (Path(layout) / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
        (Path(layout) / "index.json").write_text(json.dumps(index))
        return Image(layout, "base")
