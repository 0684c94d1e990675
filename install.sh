#!/bin/sh
# Installs lowrank for one user: fetches the archive for this machine, checks its SHA-256, unpacks it below ~/.local/share/lowrank and
# links ~/.local/bin/lowrank to it. Nothing else is touched. Run it again to update; --uninstall takes everything away.
#
#   curl -fsSL https://github.com/lowrank/lowrank/releases/latest/download/install.sh | sh
#   sh install.sh --version 0.2.0 --prefix ~/tools --from https://mirror.example/lowrank
set -eu

version=0.2.0
from=
prefix=${HOME:?is not set}/.local
kind=
uninstall=no

fail() {
  echo "install.sh: $1" >&2
  exit "${2:-1}"
}

while [ $# -gt 0 ]; do
  case $1 in
    --version | --from | --prefix)
      [ $# -ge 2 ] || fail "$1 needs a value" 2
      case $1 in
        --version) version=$2 ;;
        --from) from=$2 ;;
        --prefix) prefix=$2 ;;
      esac
      shift 2
      ;;
    --no-java) kind=-nojre && shift ;;
    --full) kind=-full && shift ;;
    --uninstall) uninstall=yes && shift ;;
    -h | --help)
      echo "usage: install.sh [--version V] [--prefix DIR] [--from URL] [--no-java | --full] [--uninstall]"
      echo "  --no-java  without its own Java (17 or newer is used); --full  with PyTorch's library, for machines without a network"
      exit 0
      ;;
    *) fail "unknown option: $1; see --help" 2 ;;
  esac
done
case $version in
  '' | *[!0-9A-Za-z.-]*) fail "not a version: $version" 2 ;;
esac

share=$prefix/share/lowrank
link=$prefix/bin/lowrank
if [ "$uninstall" = yes ]; then
  if [ -L "$link" ]; then rm -f "$link"; fi
  rm -rf "$share"
  echo "lowrank is removed from $prefix; caches in ~/.cache/lowrank and ~/.cache/huggingface are left" >&2
  exit 0
fi

case $(uname -s),$(uname -m) in
  Linux,x86_64) platform=linux-x86_64 ;;
  Linux,aarch64 | Linux,arm64) platform=linux-aarch64 kind=${kind:--nojre} ;;
  Darwin,arm64) platform=osx-aarch64 kind=${kind:--nojre} ;;
  *) fail "no archive for $(uname -s) $(uname -m); run it from its sources: see the README" ;;
esac
name=lowrank-$version-$platform$kind
file=$name.tar.gz
from=${from:-https://github.com/lowrank/lowrank/releases/download/v$version}
from=${from%/}

work=$(mktemp -d "${TMPDIR:-/tmp}/lowrank-install.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

get() { # address, file
  case $1 in
    file:///*) cp "${1#file://}" "$2" ;;
    *)
      if command -v curl >/dev/null 2>&1; then
        curl -fsSL --retry 3 -o "$2" "$1"
      elif command -v wget >/dev/null 2>&1; then
        wget -q -O "$2" "$1"
      else
        fail "neither curl nor wget is here: install one"
      fi
      ;;
  esac || fail "cannot fetch $1"
}

get "$from/$file.sha256" "$work/sum"
get "$from/$file" "$work/$file"
read -r wanted _ <"$work/sum" || true
if command -v sha256sum >/dev/null 2>&1; then
  found=$(sha256sum "$work/$file")
else
  found=$(shasum -a 256 "$work/$file")
fi
found=${found%% *}
case $wanted in
  *[!0-9a-f]*) fail "$from/$file.sha256 holds no SHA-256" ;;
esac
if [ ${#wanted} -ne 64 ] || [ "$wanted" != "$found" ]; then
  fail "$file is not what its checksum says (wanted $wanted, found $found): nothing is installed"
fi

mkdir -p "$work/new" "$share" "$prefix/bin"
tar -xzf "$work/$file" -C "$work/new"
[ -x "$work/new/$name/bin/lowrank" ] || fail "$file holds no program: nothing is installed"
"$work/new/$name/bin/lowrank" --help >/dev/null || fail "$file does not run here: nothing is installed"
if [ -e "$link" ] && [ ! -L "$link" ]; then
  fail "$link is a file that install.sh did not make: move it away"
fi
rm -rf "${share:?}/$name.new"
mv "$work/new/$name" "$share/$name.new"
rm -rf "${share:?}/$name"
mv "$share/$name.new" "$share/$name"
ln -sfn "$share/$name/bin/lowrank" "$link"
for old in "$share"/lowrank-*; do
  if [ "$old" != "$share/$name" ]; then rm -rf "$old"; fi
done
# Manual pages and completions where shells look for them.
for below in man/man1 bash-completion/completions zsh/site-functions fish/vendor_completions.d; do
  mkdir -p "$prefix/share/$below"
  for page in "$share/$name/share/$below"/*; do ln -sfn "$page" "$prefix/share/$below/${page##*/}"; done
done
echo "lowrank $version is in $share/$name" >&2
case :$PATH: in
  *:"$prefix/bin":*) ;;
  *) echo "add $prefix/bin to PATH: export PATH=\"$prefix/bin:\$PATH\"" >&2 ;;
esac
