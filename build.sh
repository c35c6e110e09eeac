#!/usr/bin/env bash
# Publishes the command, the CNI plugins and the native helper into artifacts/run/<time>, and makes it the current one.
# A running lab keeps the files that it was started from.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE=true DOTNET_GENERATE_ASPNET_CERTIFICATE=false

fail() { printf 'error: %s\n' "$1" >&2; exit 1; }
say() { if [ -t 2 ]; then printf '\r\033[K%s' "$1" >&2; fi; }

major=$(dotnet --version 2>/dev/null | cut -d. -f1 || true)
[ "${major:-0}" -ge 10 ] 2>/dev/null ||
  fail "the .NET SDK 10 or later is needed, found '$(dotnet --version 2>/dev/null || echo none)': get it from https://dot.net/download"
mkdir -p artifacts/run 2>/dev/null || fail "cannot write $PWD/artifacts: build as the owner of the checkout"
exec 9>artifacts/run/.lock
flock 9
if [ -e artifacts/run/current/stamp ] && [ -z "${WEFT_REBUILD:-}" ] &&
  [ -z "$(find src Directory.*.props Directory.*.targets weft build.sh -newer artifacts/run/current/stamp -print -quit)" ]; then
  exit 0
fi

case $(uname -m) in
  x86_64) rid=linux-x64 ;;
  aarch64) rid=linux-arm64 ;;
  *) fail "no native build for $(uname -m): x86_64 and aarch64 are supported" ;;
esac
native=(-p:PublishAot=true)
if ! command -v clang >/dev/null && ! command -v gcc >/dev/null; then
  printf 'note: no C linker (clang or gcc) here: the CNI plugins are built managed, and start slower\n' >&2
  native=(-p:PublishAot=false --self-contained false)
fi

stamp=$(mktemp)
out=artifacts/run/$(date +%s%N)
log=artifacts/run/build.log
: >"$log"
started=$SECONDS
publish() {
  say "building $1 … ($((SECONDS - started)) s)"
  if ! dotnet publish "src/$1/$1.csproj" -c Release -r "$rid" -o "$out/$2" -nodeReuse:false --nologo -v quiet "${@:3}" >>"$log" 2>&1; then
    say ''
    tail -n 30 "$log" >&2
    rm -rf "$out"
    fail "the build of $1 failed, see above (whole output: $PWD/$log)"
  fi
}
commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
trap 'rm -rf "$out" "$stamp"; say ""; exit 130' INT TERM
publish Weft.Cni.Plugins cni "${native[@]}"
publish Weft.Lab.Native native "${native[@]}"
publish Weft.Cli weft --self-contained false "-p:SourceRevisionId=$commit"
find "$out" \( -name '*.dbg' -o -name '*.pdb' -o -name '*.xml' \) -delete
for plugin in bridge ptp host-local loopback weft-bridge weft-policy weft-ptp; do ln -sf weft-cni "$out/cni/$plugin"; done
touch -r "$stamp" "$out/stamp"
rm -f "$stamp"
ln -sfn "$(basename "$out")" artifacts/run/next
mv -T artifacts/run/next artifacts/run/current
find artifacts/run -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort -n | head -n -3 | while read -r old; do rm -rf "artifacts/run/$old"; done
say ''
