# shellcheck shell=sh disable=SC2154
# Runs the steps of steps.sh. Each leaves a stamp, beside what it made, that holds what it depends on: it runs again
# when its input changes or its result is deleted, and only then.

set_up() {
  check_platform
  came_from=$(pwd)
  cd "$root" || exit 1
  trap 'stopped' INT TERM HUP
  # What failed and can be done without is tried again when somebody asks what is wrong.
  if [ "$command" = doctor ]; then rm -f .venv/tensorflow/.setup.failed lib/native/build/.setup.failed; fi
  step python "Python environment"
  step packages "JupyterLab and Node"
  # The lock command mends lock files that the next steps would stumble over.
  if [ "$command" != lock ]; then
    [ "$command" != test ] || step tests "Python packages of the tests"
    step npm "JavaScript packages"
    step tensorflow "TensorFlow" optional
    [ ! -d .venv/tensorflow/tensorflow ] || step native "Fast backend" optional
    step lib "Library"
    step kernel "TypeScript kernel for Jupyter"
  fi
  release_lock
  trap - INT TERM HUP
  cd "$came_from" 2>/dev/null || true
}

check_platform() {
  platform="$(uname -s) $(uname -m)"
  case $platform in
    "Linux x86_64" | "Linux aarch64" | "Linux arm64")
      [ -e /etc/alpine-release ] || return 0
      platform="$platform (Alpine)"
      ;;
    "Darwin arm64") return 0 ;;
  esac
  cat >&2 <<MESSAGE
Sorry, the course does not run on $platform: its engines come ready-made for
  Linux (glibc) on x64 and arm64, macOS on Apple silicon, and Windows through WSL2.
On Windows: wsl --install, then clone and start the course inside the Ubuntu that it opens.
Elsewhere: a Debian or Ubuntu container or virtual machine will do.
MESSAGE
  exit 1
}

is_current() {
  stamp=$(stamp_of "$1")
  [ -e "$stamp" ] || [ -e "$stamp.failed" ] || return 1
  [ "$("depends_$1")" = "$(cat "$stamp" "$stamp.failed" 2>/dev/null)" ]
}

# step NAME TITLE [optional]
step() {
  ! is_current "$1" || return 0
  title=$2
  take_lock
  # Another ./course may have made it while this one waited.
  ! is_current "$1" || return 0
  stamp=$(stamp_of "$1")
  rm -f "$stamp" "$stamp.failed"
  wanted=$("depends_$1")
  started=$(date +%s)
  printf '  %s … ' "$title" >&2
  if ("make_$1") </dev/null >"$setup/$1.log" 2>&1; then
    # Which interpreter it became is known only now.
    [ "$1" != python ] || wanted=$(depends_python)
    leave_stamp "$stamp" 2>>"$setup/$1.log" && echo "$(($(date +%s) - started)) s" >&2 && return 0
  fi
  explain_failure "$title" "$setup/$1.log" "${3:-required}" >&2
  if [ "${3:-}" = optional ]; then
    leave_stamp "$stamp.failed"
    return 0
  fi
  release_lock
  # The doctor is for broken set-ups: it says what else is missing.
  if [ "$command" = doctor ] && find_node; then run_program commands/doctor.ts; fi
  exit 1
}

leave_stamp() {
  mkdir -p "${1%/*}" && printf '%s\n' "$wanted" >"$1.new" && mv "$1.new" "$1"
}

stopped() {
  trap - INT TERM HUP
  printf '\nStopped%s. The same command goes on from there.\n' "${title:+ during: $title}" >&2
  release_lock
  exit 130
}
