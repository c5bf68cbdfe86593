#!/usr/bin/env bash
# Starts a throw-away Slurm on this machine, for tests: munged, slurmctld and NODES nodes of one processor each, on
# loopback only, without systemd, cgroups or a database. Needs root and Debian's slurm-wlm and munge.
#
# Usage: .ci/slurm-up.sh DIR [NODES]; then SLURM_CONF=DIR/slurm.conf. .ci/slurm-down.sh DIR stops it.
set -euo pipefail
dir="$(realpath -m "${1:?a folder}")"
nodes="${2:-2}"
# Ports of our own below those that systems give to clients, so that two of these can run side by side.
port="${SLURM_TEST_PORT:-$((20000 + $$ % 120 * 100))}"
host="$(hostname -s)"

mkdir -p "$dir"/{state,log,run,munge,socket}
chmod 755 "$dir" "$dir/socket"
chmod 700 "$dir/munge"
[ -s "$dir/munge/key" ] || (umask 077 && head -c 1024 /dev/urandom >"$dir/munge/key")
munged --force --key-file="$dir/munge/key" --socket="$dir/socket/munge.sock" --pid-file="$dir/munge/munged.pid" \
    --log-file="$dir/munge/munged.log" --seed-file="$dir/munge/seed"

# A node that was down and comes back is used again (ReturnToService), and its tasks are requeued (JobRequeue).
cat >"$dir/slurm.conf" <<CONF
ClusterName=tokenpark
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$dir/socket/munge.sock
CredType=cred/munge
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmctldPort=$port
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
ReturnToService=2
JobRequeue=1
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/builtin
SchedulerParameters=batch_sched_delay=0,sched_interval=1
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/run/spool.%n
SlurmctldPidFile=$dir/run/slurmctld.pid
SlurmdPidFile=$dir/run/slurmd.%n.pid
SlurmctldLogFile=$dir/log/slurmctld.log
SlurmdLogFile=$dir/log/slurmd.%n.log
SlurmctldTimeout=30
SlurmdTimeout=30
InactiveLimit=0
MinJobAge=300
KillWait=5
Waittime=0
CONF
for ((node = 0; node < nodes; node++)); do
    echo "NodeName=n$node NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 10 + node)) CPUs=1 State=UNKNOWN"
done >>"$dir/slurm.conf"
echo "PartitionName=test Nodes=ALL Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO" >>"$dir/slurm.conf"
printf '%s\n' "CgroupPlugin=autodetect" "CgroupAutomount=no" "ConstrainCores=no" "ConstrainRAMSpace=no" >"$dir/cgroup.conf"

export SLURM_CONF="$dir/slurm.conf"
slurmctld -c -f "$SLURM_CONF"
for ((node = 0; node < nodes; node++)); do
    mkdir -p "$dir/run/spool.n$node"
    slurmd -N "n$node" -f "$SLURM_CONF"
done
for _ in $(seq 60); do
    if [ "$(sinfo -h -t idle -o %D 2>/dev/null | head -1)" = "$nodes" ]; then
        exit 0
    fi
    sleep 0.5
done
echo "Slurm does not come up:" >&2
tail -n 20 "$dir"/log/*.log >&2
exit 1
