#!/usr/bin/env bash
# Runs a command on Debian's kernel, in a virtual machine by emulation that sees this machine's files through a layer which it may write to and
# which goes with it. For what the kernel at hand lacks: IPVS, SCTP, WireGuard.
# usage: test/vm/run.sh COMMAND [ARGUMENT…]     exit code: the command's; 69 when there can be no virtual machine here
# environment: WEFT_VM_SECONDS (how long it may take, default 600)
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
work=$here/../../artifacts/vm
mkdir -p "$work"
work=$(readlink -f "$work")
unavailable() { echo "no virtual machine: $1" | tee "$work/unavailable" >&2; exit 69; }

[ "$(uname -m)" = x86_64 ] || unavailable "only x86_64 is prepared"
for tool in qemu-system-x86_64 busybox cpio dpkg-deb; do
  command -v "$tool" >/dev/null || unavailable "$tool is missing: apt-get install qemu-system-x86 seabios busybox-static cpio"
done

download() {
  local package
  package=$(apt-cache depends linux-image-amd64 2>/dev/null | sed -n 's/.*Depends: \(linux-image-.*\)/\1/p' | head -n 1)
  [ -n "$package" ] && (cd "$work" && apt-get download "$package" >/dev/null 2>&1)
}

# The kernel's package is unpacked, not installed: the machine's own boot loader is none of our business.
if [ ! -e "$work/kernel/ready" ]; then
  rm -rf "$work/kernel" "$work"/linux-image-*.deb
  download || { apt-get update -qq >/dev/null 2>&1 && download; } || unavailable "cannot download Debian's linux-image-amd64"
  dpkg-deb -x "$work"/linux-image-*.deb "$work/kernel"
  rm "$work"/linux-image-*.deb
  busybox depmod -b "$work/kernel" "$(ls "$work/kernel/lib/modules")" || unavailable "cannot list the modules' dependencies"
  touch "$work/kernel/ready"
fi
version=$(ls "$work/kernel/lib/modules")
modules=$work/kernel/lib/modules/$version

# Modules of the initramfs with what they need before them; a line of modules.dep names what a module needs, the deepest last.
initramfs=$work/initramfs
rm -rf "$initramfs"
mkdir -p "$initramfs/bin" "$initramfs/modules"
: >"$initramfs/modules/order"
add() {
  local line path
  line=$(grep -E "(^|/)$1\.ko(\.[a-z]+)?:" "$modules/modules.dep") || { echo "the kernel has no module $1" >&2; return; }
  for path in $(tr ' ' '\n' <<<"${line/:/}" | tac); do
    grep -qx "${path##*/}" "$initramfs/modules/order" && continue
    cp "$modules/$path" "$initramfs/modules/"
    echo "${path##*/}" >>"$initramfs/modules/order"
  done
}
for module in virtio_pci 9pnet_virtio 9p overlay; do add "$module"; done
cp "$(command -v busybox)" "$initramfs/bin/busybox"
install -m 755 "$here/init" "$initramfs/init"
(cd "$initramfs" && find . | cpio -o -H newc --quiet) | gzip -1 >"$work/initramfs.gz"

printf '%s\0' "$@" >"$work/command"
console=$work/console.log
limit=${WEFT_VM_SECONDS:-600}
boot() {
  timeout --kill-after=5 "$limit" qemu-system-x86_64 -cpu max -m 2048 -smp 2 -nographic -no-reboot -nic none \
    -kernel "$work/kernel/boot/vmlinuz-$version" -initrd "$work/initramfs.gz" \
    -virtfs local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap \
    -append "console=ttyS0 quiet panic=-1 weft.job=$here/job.sh" </dev/null 2>&1 | tr -d '\r' | tee "$console" || true
}

boot
grep -q 'vm: started' "$console" || unavailable "it does not boot: $(tail -n 1 "$console")"
code=$(sed -n 's/.*vm: the command ended with \([0-9]*\)$/\1/p' "$console" | tail -n 1)
[ -n "$code" ] || { echo "the virtual machine ended without a result, or took longer than $limit s" >&2; exit 70; }
exit "$code"
