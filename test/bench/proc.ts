import { readFileSync } from "node:fs";

/** What /proc/<pid>/stat counts time in: a hundredth of a second wherever Node runs. */
const ticksPerSecond = 100;

/** The CPU seconds, user and system, of a whole process so far. Linux only. */
export function readCpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  // The name of the program may hold spaces and parentheses; what follows it does not.
  const [user = "", system = ""] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 13);
  return (Number(user) + Number(system)) / ticksPerSecond;
}

/** The memory of a process that lies in RAM, in megabytes of 10^6 bytes. Linux only. */
export function readMemoryMb(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
  return (Number(kibibytes) * 1024) / 1e6;
}
