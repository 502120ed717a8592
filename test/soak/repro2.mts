import { startServer } from "../support/start-server.ts";
import { createClient } from "@presage/sdk/node";
import { protocols } from "../support/protocols.ts";
import { askAny } from "./questions.ts";
const n = Number(process.argv[2] ?? 100);
for (const p of protocols.filter(p => !p.name.includes("1.1"))) {
  const server = await startServer({ environment: { PRESAGE_TIMEOUTS_DRAIN: "4s" } });
  const c = createClient({ baseUrl: server.url, retry: false, ...p.options });
  const once = async () => {
    let answers = 0;
    const source = Array.from({ length: 20 }, () => { const q = askAny(Math.random); return { model: q.model, version: q.asked, rows: q.rows as readonly object[] }; });
    for await (const { error } of c.predictStream("", source)) { if (error) throw error; if (++answers > 5) break; }
  };
  for (let i = 0; i < n; i += 10) await Promise.all(Array.from({ length: 10 }, once));
  await new Promise(r => setTimeout(r, 500));
  const t = performance.now();
  const code = await server.stop();
  console.log(p.name, Math.round(performance.now() - t), code, server.errors().match(/drain.*?cut/)?.[0]);
}
process.exit();
