// Is loaded before the soaked server, in each of its processes: a signal, which else does nothing,
// collects all garbage there is. V8 has no need to while there is memory, so that of a server
// grows for an hour until its young objects have been everywhere that they may be.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- V8's own function
const collect = runInNewContext("gc") as (options: object) => void;
process.on("SIGWINCH", () => collect({ type: "major", execution: "sync", flavor: "last-resort" }));
