"""Access keys where none may be: in a container's processes, in its files, in an image's configuration and history."""
import json
import os
import re
import subprocess
from pathlib import Path

from report import Failure, expect

KEY_ID = re.compile(r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Z0-9])")
SECRET_NAMES = re.compile(r"(?i)aws_?(?:secret_?access_?key|access_?key_?id|session_?token)|IMAGESMITH_SHADOW")
CRYPT_HASH = re.compile(r"\$(?:y|gy|7|2[abxy]|6|5|1)\$[./A-Za-z0-9$,=]{10,}")


def check_processes(pids, passwords):
    """No environment and no command line of a container's process holds a key, a password or a password hash."""
    seen = 0
    for pid in pids:
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
            variables = Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace").split("\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        seen += 1
        where = f"process {pid} ({command[:60].strip()})"
        for variable in variables:
            name = variable.partition("=")[0]
            expect(not SECRET_NAMES.fullmatch(name), f"{where} has {name} in its environment")
            expect(not KEY_ID.search(variable), f"{where} has an access key in {name}")
            expect(not CRYPT_HASH.search(variable), f"{where} has a password hash in {name}")
            expect(not any(password in variable for password in passwords), f"{where} has a password in {name}")
        expect(not any(password in command for password in passwords), f"{where} has a password in its arguments")
    expect(seen, "no process could be read")


def check_files(pid):
    """No file that the container sees holds an access key."""
    root = f"/proc/{pid}/root/"
    found = subprocess.run(
        ["grep", "-rawoE", "--exclude-dir=proc", "--exclude-dir=sys", "--exclude-dir=dev",
         r"(AKIA|ASIA)[A-Z2-7]{16}", root],
        capture_output=True, text=True, errors="replace", env={"LC_ALL": "C", "PATH": os.environ["PATH"]})
    expect(found.returncode in (0, 1, 2), found.stderr[:300])
    lines = [line.removeprefix(root) for line in found.stdout.splitlines() if not is_example(line)]
    if lines:
        raise Failure(f"{len(lines)} in files:\n" + "\n".join(redacted(line) for line in lines))


def is_example(line):
    """Documentation has keys that are none: they say EXAMPLE, or stand in the pages of the AWS CLI."""
    path, _, key = line.rpartition(":")
    # a run of capital letters matches the pattern too; the id of a key has digits in it
    return "EXAMPLE" in key or "/awscli/examples/" in path or not re.search(r"[2-7]", key[4:])


def redacted(line):
    path, _, key = line.rpartition(":")
    return f"/{path}: {key[:6]}..."


def check_image(reference):
    """The configuration and the history of an image hold no key, no hash and no name of one."""
    text = json.dumps(image_configuration(reference))
    for pattern, what in ((KEY_ID, "an access key"), (CRYPT_HASH, "a password hash"), (SECRET_NAMES, "a key's name")):
        match = pattern.search(text)
        expect(match is None, f"{reference} has {what} near: ...{text[max(0, match.start() - 60):match.start()]}..."
               if match else "")


def image_configuration(reference):
    """The configuration of `oci:DIR:TAG`, or of a configuration's own JSON file."""
    if not reference.startswith("oci:"):
        return json.loads(Path(reference).read_text())
    directory, _, tag = reference.removeprefix("oci:").rpartition(":")
    expect(directory and tag, f"{reference}: expected oci:DIR:TAG")

    def blob(digest):
        algorithm, _, value = digest.partition(":")
        return json.loads((Path(directory) / "blobs" / algorithm / value).read_text())

    index = json.loads((Path(directory) / "index.json").read_text())
    entry = next(
        (entry for entry in index["manifests"]
         if entry.get("annotations", {}).get("org.opencontainers.image.ref.name") == tag), None)
    expect(entry is not None, f"{reference}: no such tag")
    document = blob(entry["digest"])
    while "manifests" in document:
        document = blob(document["manifests"][0]["digest"])
    return blob(document["config"]["digest"])
