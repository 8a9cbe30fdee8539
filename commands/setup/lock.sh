# shellcheck shell=sh disable=SC2154
# One set-up at a time. The lock is a folder, because making one either succeeds or fails.

setup=$root/.cache/setup
lock=$setup/lock
locked=

take_lock() {
  if [ -z "$locked" ]; then
    complaint=$(mkdir -p "$setup" 2>&1) || explain_no_folder "$complaint"
    told=
    until mkdir "$lock" 2>/dev/null; do wait_for_lock; done
    locked=yes
    echo "$(uname -n) $$" >"$lock/owner"
    echo "Setting up the course in $root (only once)" >&2
  fi
  echo "$title" >"$lock/step"
}

wait_for_lock() {
  owner=$(cat "$lock/owner" 2>/dev/null) || owner=
  if is_abandoned; then
    # Of several that wait, one removes it: the others must not remove the lock that it then takes.
    if mkdir "$lock.removal" 2>/dev/null; then
      [ "$owner" != "$(cat "$lock/owner" 2>/dev/null)" ] || rm -rf "$lock"
      rmdir "$lock.removal"
      return
    fi
  else
    busy_with=$(cat "$lock/step" 2>/dev/null) || busy_with=
    if [ "$told" != "$busy_with" ] && [ -n "$owner" ]; then
      told=$busy_with
      echo "Waiting for another ./course (process ${owner#* } on ${owner%% *}) that sets up: $busy_with" >&2
      echo "  (if it is no more: rm -r $lock*)" >&2
    fi
  fi
  sleep 1
}

# Its owner was a process of this machine and has ended. A lock without an owner has a moment to say whose it is.
is_abandoned() {
  if [ -z "$owner" ]; then
    sleep 2
    [ -d "$lock" ] && [ ! -s "$lock/owner" ]
  else
    [ "${owner%% *}" = "$(uname -n)" ] && ! kill -0 "${owner#* }" 2>/dev/null
  fi
}

release_lock() {
  [ -z "$locked" ] || rm -rf "$lock"
  locked=
}
