FROM debian:trixie-slim
ARG NAME=world
RUN <<EOF
set -eu
echo "hello $NAME" # not a Dockerfile comment
# nor is this
apt-get update
EOF
RUN <<'PY' python3
print("$NAME")
PY
RUN <<script
#!/usr/bin/env python3
print("hi")
script
RUN cat <<FILE1 > /one && cat <<-"FILE2" > /two
one
FILE1
	two
	FILE2
COPY --chmod=0755 <<entry.sh <<"raw.txt" /usr/local/bin/
#!/bin/sh
echo ${NAME:-nobody} \$HOME "it's"
entry.sh
$NAME stays
raw.txt
ONBUILD RUN <<EOF
echo later
EOF
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
RUN echo "<<no" 'heredoc <<here'
