#!/usr/bin/env bash
# Stops the Slurm that .ci/slurm-up.sh started in DIR: jobs first, then the daemons, by the numbers in their pid files.
#
# Usage: .ci/slurm-down.sh DIR
set -u
dir="$(realpath -m "${1:?a folder}")"
export SLURM_CONF="$dir/slurm.conf"

is_running() { [ -d "/proc/$1" ] && ! grep -q '^State:.*Z' "/proc/$1/status" 2>/dev/null; }

stop() {
    local pid
    [ -s "$1" ] || return 0
    pid="$(cat "$1")"
    kill "$pid" 2>/dev/null || return 0
    for _ in $(seq 50); do
        is_running "$pid" || return 0
        sleep 0.1
    done
    kill -9 "$pid" 2>/dev/null
}

if [ -s "$dir/run/slurmctld.pid" ]; then
    timeout 5 scancel --user="$(id -un)" 2>/dev/null
    for _ in $(seq 30); do
        [ -n "$(timeout 5 squeue -h 2>/dev/null)" ] || break
        sleep 0.2
    done
fi
for file in "$dir"/run/slurmd.*.pid; do stop "$file"; done
stop "$dir/run/slurmctld.pid"
stop "$dir/munge/munged.pid"
exit 0
