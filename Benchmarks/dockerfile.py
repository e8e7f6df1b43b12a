"""The generated Dockerfile as a shell would do it: the least that any builder has to run."""
import re
import shlex
from pathlib import Path


def instructions(path):
    """Pairs of name and text, comments gone and lines joined. Enough for what `imagesmith generate` writes."""
    lines = [line for line in Path(path).read_text().splitlines() if not line.lstrip().startswith("#")]
    text = re.sub(r"\\\n", "\n", "\n".join(lines)).strip()
    # what follows a line end without a backslash begins with its name in column 1
    return [tuple(part.split(None, 1)) for part in re.split(r"\n(?=[A-Z]+ )", text) if part.strip()]


def without_flags(text):
    """The flags of an instruction, and the rest."""
    flags = []
    while match := re.match(r"\s*(--\S+)", text):
        flags.append(match[1])
        text = text[match.end():]
    return flags, text.strip()


def shell_steps(path):
    """Each instruction that a build without an image would still have to do, as (kind, shell command): ENV and ARG as
    `set`, COPY as `copy` (from the context, to below $root), RUN as `run`."""
    for name, text in instructions(path):
        flags, text = without_flags(text)
        if name in ("ENV", "ARG") and "=" in text and not text.startswith("BASE_IMAGE"):
            yield "set", "export " + " ".join(text.split())
        elif name == "COPY":
            *sources, destination = text.split()
            mode = next(flag.partition("=")[2] for flag in flags if flag.startswith("--chmod"))
            into = f'"$root"{shlex.quote(destination)}'
            where = f"-t {into}" if destination.endswith("/") else f"-T {into}"
            for source in sources:
                yield "copy", f"install -D -m {mode} {shlex.quote(source)} {where}"
        elif name == "RUN":
            yield "run", re.sub(r"\n", " ", text)
