#!/bin/bash
# First program on the host's files (a writable copy of them): a fresh system around one command, whose exit code goes to the console.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp TERM=dumb
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
mkdir -p /dev/shm
# Not over the checkout, wherever it is; what is not covered can be written to as well.
for folder in /run /tmp /dev/shm; do [[ $here/ == "$folder"/* ]] || mount -t tmpfs tmpfs "$folder"; done
mount -t cgroup2 cgroup2 /sys/fs/cgroup
ip link set lo up

# The kernel asks /sbin/modprobe for what is not loaded yet.
version=$(uname -r)
rm -f /sbin/modprobe && ln -s "$(command -v busybox)" /sbin/modprobe
mkdir -p /lib/modules && rm -rf "/lib/modules/$version" && ln -s "$here/../../artifacts/vm/kernel/lib/modules/$version" "/lib/modules/$version"
while read -r module; do /sbin/modprobe "$module" || echo "vm: cannot load $module"; done <"$here/modules"

# One argument per zero byte.
mapfile -d '' -t command <"$here/../../artifacts/vm/command"
echo "vm: started"
cd "$here/../.." && "${command[@]}"
echo "vm: the command ended with $?"
sync
echo o >/proc/sysrq-trigger
while :; do :; done
