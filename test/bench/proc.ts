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
  return readMegabytes(pid, "VmRSS");
}

/** The most that `readMemoryMb` could have told since the process began. Linux only. */
export function readPeakMemoryMb(pid: number): number {
  return readMegabytes(pid, "VmHWM");
}

function readMegabytes(pid: number, field: "VmRSS" | "VmHWM"): number {
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1];
  return (Number(kibibytes) * 1024) / 1e6;
}
