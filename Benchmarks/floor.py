"""The floor of a cold build: mmdebstrap, then the RUN commands, by hand and one after the other. Over the same kind of
overlay as imagesmith's, but in a plain chroot, and no layer is packed, hashed or kept."""
import json
import shlex
import sys
from pathlib import Path

import dockerfile
import measure

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
EPOCH = 1767225600

SCRIPT = r"""
set -eu
mount --make-rprivate /
now() { cut -d ' ' -f 1 /proc/uptime; } # the time of day may be set meanwhile
timed() { # NAME COMMAND...: a line of JSON with its seconds
  local name=$1 start; shift
  start=$(now)
  "$@" >&2
  printf '{"name": "%s", "seconds": %s}\n' "$name" "$(echo "$(now) $start" | awk '{ printf "%.2f", $1 - $2 }')"
}
export PATH=@PATH@ SOURCE_DATE_EPOCH=@EPOCH@ LC_ALL=C.UTF-8
mkdir "$work"
timed mmdebstrap mmdebstrap --variant=minbase --mode=root --format=directory --quiet trixie "$work/base"
unset LC_ALL
lower=$work/base root=$work/root number=0
mkdir "$root"
stack() { # a new upper directory over all that is there
  number=$((number + 1))
  mkdir "$work/upper$number" "$work/work$number"
  mount -t overlay -o "volatile,redirect_dir=off,metacopy=off,index=off,xino=off,lowerdir=$lower,\
upperdir=$work/upper$number,workdir=$work/work$number" overlay "$root"
}
unstack() { umount -R "$root"; lower=$work/upper$number:$lower; }
in_root() {
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mount --bind /etc/resolv.conf "$root/etc/resolv.conf"
  mkdir -p "$root/run/secrets"
  if [ -n "$bundle" ]; then
    touch "$root/run/secrets/ca_bundle"
    mount --bind "$bundle" "$root/run/secrets/ca_bundle"
  fi
  timed "$1" chroot "$root" /bin/sh -c "$2"
}
cd "$context"
"""


def script(context):
    """A shell script that does what the context's Dockerfile says; the variables work, context and bundle are given."""
    lines = [SCRIPT.replace("@PATH@", PATH).replace("@EPOCH@", str(EPOCH))]
    number = 0
    for kind, command in dockerfile.shell_steps(Path(context) / "Dockerfile"):
        if kind == "set":
            lines.append(command)
        elif kind == "copy":
            lines += ["stack", command, "unstack"]
        else:
            number += 1
            lines += ["stack", f"in_root 'RUN {number}' {shlex.quote(command)}", "unstack"]
    return "\n".join(lines) + "\n"


def run(context, work, bundle):
    """Does it all; gives the seconds of each command by name, and the whole Run. `work` is a new folder's path."""
    file = Path(f"{work}.bash")
    file.write_text(script(context))
    environment = {"PATH": PATH, "work": str(work), "context": str(context), "bundle": bundle or ""}
    whole = measure.run(
        ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "bash", file], environment=environment)
    file.unlink()
    lines = [json.loads(line) for line in whole.output.splitlines() if line.startswith('{"name"')]
    return {line["name"]: line["seconds"] for line in lines}, whole


if __name__ == "__main__":
    print(script(sys.argv[1]))
