#!/usr/bin/env bash
# Installs from Debian what the tests need, runs every test, and ends with the line `N passed, N failed, N skipped`.
# usage: ./test.sh [unit|kernel|vm|e2e]…      default: all
set -uo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
# Who runs this in the background may have SIGINT ignored, and then nothing that tests start could be interrupted.
if [ -z "${WEFT_TEST_SIGNALS:-}" ] && env --default-signal=INT true 2>/dev/null; then
  WEFT_TEST_SIGNALS=default exec env --default-signal=INT,QUIT "$PWD/test.sh" "$@"
fi
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE=true DOTNET_GENERATE_ASPNET_CERTIFICATE=false

packages=(nftables iptables tcpdump socat iproute2 iputils-ping curl containernetworking-plugins util-linux procps bind9-dnsutils busybox-static musl-tools dnsmasq-base)
peers=(dnsperf knot)
machine=(qemu-system-x86 seabios cpio)
install() {
  command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] || return 0
  local missing=()
  for package; do dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package"); done
  [ ${#missing[@]} = 0 ] && return 0
  echo "installing ${missing[*]}"
  apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive unstarted apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    echo "could not install ${missing[*]}: tests that need them are skipped" >&2
}

# Runs a command while no package may start its server: tests start their own, in namespaces or on ports of their own.
unstarted() (
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"
  fi
  "$@"
)

passed=0 failed=0 skipped=0
# Runs one test program; its last "Total: …" line is what it counted. A runner that counted nothing has failed.
suite() {
  local name=$1; shift
  local log=artifacts/test/$name.log
  mkdir -p artifacts/test
  echo "== $name"
  local started=$SECONDS
  "$@" 2>&1 | tee "$log" | grep -E --line-buffered '\[(FAIL|SKIP)\]|Error|error' || true
  local line total errors fail skip
  line=$(grep -E 'Total: [0-9]+' "$log" | tail -n 1)
  if [ -z "$line" ]; then
    tail -n 30 "$log"
    echo "$name ended without a result"
    failed=$((failed + 1))
    return
  fi
  total=$(sed -E 's/.*Total: ([0-9]+).*/\1/' <<<"$line")
  errors=$(sed -E 's/.*Errors: ([0-9]+).*/\1/' <<<"$line")
  fail=$(sed -E 's/.*Failed: ([0-9]+).*/\1/' <<<"$line")
  skip=$(sed -E 's/.*Skipped: ([0-9]+).*/\1/' <<<"$line")
  if [ "$fail" != 0 ] || [ "$errors" != 0 ]; then grep -A 25 -E '\[FAIL\]' "$log" | head -n 400; fi
  if [ "$skip" != 0 ]; then grep -A 1 -E '\[SKIP\]' "$log" || true; fi
  passed=$((passed + total - fail - skip))
  failed=$((failed + fail + errors))
  skipped=$((skipped + skip))
  echo "$name: $((total - fail - skip)) passed, $((fail + errors)) failed, $skip skipped in $((SECONDS - started)) s"
}

# The tests of the kernel run as root of a user namespace of their own, with its own network, mounts and pids.
fresh=(--net --mount --pid --ipc --uts --fork --kill-child --mount-proc
  sh -c 'mount -t sysfs sysfs /sys && mount -t tmpfs tmpfs /run && mkdir -p /run/netns && ip link set lo up && exec "$@"' sh)
namespaced() { unshare --user --map-root-user "${fresh[@]}" "$@"; }

# What the kernel at hand lacks, and the contract suites once more on an older one. By emulation, so the runtime is told to do no more than it must.
virtual() {
  WEFT_VM_SECONDS=1500 test/vm/run.sh env DOTNET_EnableWriteXorExecute=0 DOTNET_TieredPGO=0 unshare "${fresh[@]}" "$@"
  [ $? != 69 ] || printf '%s\n' 'every test of the virtual machine [SKIP]' "  $(cat artifacts/vm/unavailable)" 'Total: 1, Errors: 0, Failed: 0, Skipped: 1'
}

wanted=" ${*:-unit kernel vm e2e} "
install "${packages[@]}"
install "${peers[@]}"
[[ $wanted == *" vm "* ]] && install "${machine[@]}"
echo "== build"
if ! dotnet build weft.slnx --nologo -v quiet -nodeReuse:false; then
  echo "0 passed, 1 failed, 0 skipped"
  exit 1
fi
[[ $wanted == *" unit "* ]] && suite unit dotnet artifacts/bin/Weft.Tests/debug/Weft.Tests.dll
if [[ $wanted == *" kernel "* || $wanted == *" e2e "* ]]; then ./build.sh; fi
export WEFT_INSTALLATION=$PWD/artifacts/run/current
[[ $wanted == *" kernel "* ]] && suite kernel namespaced dotnet artifacts/bin/Weft.KernelTests/debug/Weft.KernelTests.dll -parallel none -trait- vm=only
[[ $wanted == *" vm "* ]] && suite vm virtual dotnet artifacts/bin/Weft.KernelTests/debug/Weft.KernelTests.dll -parallel none -noColor -trait vm=also -trait vm=only
[[ $wanted == *" e2e "* ]] && suite e2e dotnet artifacts/bin/Weft.EndToEnd/debug/Weft.EndToEnd.dll -parallel none
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
