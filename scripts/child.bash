# shellcheck shell=bash
# For scripts that wait for long commands: bash acts on a signal only when the command before it has ended, unless it
# waits for it in the background. Source this, then call `hold COMMAND...` for each; `let_go` ends what is still held.

child=

# Runs a command and gives its exit code, but lets signals through. Without env it would ignore Ctrl-C, as everything
# does that bash puts into the background.
hold() {
  local code=0
  env --default-signal=INT "$@" &
  child=$!
  wait "$child" || code=$?
  child=
  return "$code"
}

# Ends the command that is held now. At Ctrl-C in a terminal it has had the signal itself: it gets time to clean up.
let_go() {
  [ -n "$child" ] || return 0
  if [ "${1:-}" = INT ]; then
    for _ in $(seq 100); do
      kill -0 "$child" 2>/dev/null || break
      sleep 0.1
    done
  fi
  kill -TERM "$child" 2>/dev/null || true
  wait "$child" || true
  child=
}
