#!/usr/bin/env bash
# What pip can't bring: a Python with venv, and Prometheus from the distribution's package, unpacked in the cache (no
# service is installed or started, and no root is needed where the package lists are already there).
# Usage: system.sh PYTHON CACHE_FOLDER
set -euo pipefail
python=$1 cache=$2

refuse() { printf 'estran: %s\n  what to do: %s\n' "$1" "$2" >&2; exit 7; }

as_root() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
  refuse "Python 3.11 or newer is needed, '$python' is not that" "apt-get install python3 python3-venv, or make PYTHON=python3.12"

if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  as_root || refuse "this Python can't make virtual environments" "apt-get install python3-venv"
  echo "estran: installing python3-venv"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
fi

if ! command -v prometheus >/dev/null && command -v apt-get >/dev/null; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  echo "estran: fetching the package prometheus"
  { (cd "$folder" && apt-get download -qq prometheus) 2>/dev/null ||
    { as_root && apt-get update -qq && (cd "$folder" && apt-get download -qq prometheus 2>/dev/null); }; } &&
    dpkg-deb -x "$folder"/prometheus_*.deb "$folder/root" &&
    mkdir -p "$cache" && rm -rf "$cache/packages" && mv "$folder/root" "$cache/packages" ||
    echo "estran: no package of prometheus could be had; 'estran toolchain sync' will try the official release"
fi
