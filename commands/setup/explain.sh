# shellcheck shell=sh disable=SC2154
# What a failed step means, and the one command to try.

# explain_failure TITLE LOG required|optional
explain_failure() {
  printf 'failed\n\n'
  remedy=$(find_remedy <"$2")
  cause=${remedy%%|*}
  try=${remedy#*|}
  echo "Set-up step \"$1\" failed${cause:+: $cause}."
  if [ "$3" = optional ]; then
    echo "The course runs all the same; only trainings take longer. To try again: $try" | sed 's|\./course$|./course doctor|'
  else
    echo "To go on: $try"
  fi
  echo "The end of its log, $2:"
  tail -n 8 "$2" | sed 's/^/  | /'
  echo
}

explain_no_folder() {
  remedy=$(printf '%s\n' "$1" | find_remedy)
  printf 'The set-up cannot begin: %s.\nTo go on: %s\n  | %s\n' "${remedy%%|*}" "${remedy#*|}" "$1" >&2
  exit 1
}

# Prints "cause|what to try" for a log on standard input, from what the programs are known to say.
find_remedy() {
  said=$(tail -n 200)
  while IFS='|' read -r words cause try; do
    if printf '%s\n' "$said" | grep -qiE "$(echo "$words" | tr '/' '|')"; then
      echo "$cause|$try"
      return
    fi
  done <<'CAUSES'
no space left/enospc/disk quota/edquot|the disk is full (the course needs about 4 GB)|free some space, then ./course
read-only file system/erofs|this folder cannot be written|move or clone the course to a folder of your own, then ./course
no python 3.10 or newer|Python 3.10 or newer with its venv module is missing|sudo apt-get install python3-venv && ./course
ensurepip is not available/no module named .?(venv/ensurepip)|Python's venv module is missing|sudo apt-get install python3-venv && ./course
certificate verify/self.signed.cert/unable to get local issuer/invalid peer certificate/unknownissuer|the network's certificate is not trusted (has your institution its own?)|SSL_CERT_FILE=CERTIFICATES.pem NODE_EXTRA_CA_CERTS=CERTIFICATES.pem ./course
hash mismatch/do not match the hashes/eintegrity|a download was damaged|rm -rf .cache && ./course
name resolution/resolve host/enotfound/eai_again/econnrefused/connection refused/econnreset/etimedout/timed out/dns error/unreachable/error sending request/failed to fetch/no matching distribution|the network or the package registry cannot be reached|check the connection (HTTPS_PROXY, if you need one), then ./course
no c.. compiler was found|there is no C++ compiler|sudo apt-get install g++ && ./course
out of memory/enomem/cannot allocate|there is not enough memory|close other programs, then ./course
permission denied/eacces|this folder, or a file in it, cannot be written|move or clone the course to a folder of your own, then ./course
.*||./course
CAUSES
}
