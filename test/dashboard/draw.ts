import { setTimeout } from "node:timers/promises";
import { chromium } from "playwright-core";
import { type Setting, startSetting } from "../interop/monitoring/setting.ts";
import { type DashboardPanel, readDashboard } from "../support/dashboard-queries.ts";
import { repositoryPath } from "../support/model-directory.ts";
import { courseSeconds, runCourse } from "./course.ts";
import { writePage } from "./page.ts";
import { fillPanel } from "./panel-data.ts";

/**
 * Draws docs/dashboard.png: lets real servers answer for several minutes, in
 * which one thing after the other goes wrong, lets a real Prometheus scrape them,
 * and draws what the dashboard's queries then give, panel by panel. It is no
 * Grafana, but shows what Grafana shows of the same file. Time passes twenty
 * times as fast in the rules as it does in earnest. Afterwards `pngquant --ext .png
 * --force docs/dashboard.png` makes the file a third of its size.
 */
const pace = { haste: 20, everyMs: 1000 };
const pageSize = { width: 1648, height: 1000 };
/** Rows of the dashboard that are not in the picture, which is long enough. */
const leftOut = ["Process"];
const stepSeconds = 2;
const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

const setting = await startSetting(pace);
try {
  const from = Math.ceil(Date.now() / 1000);
  await setting.connect();
  console.log(`answering calls for ${courseSeconds} s`);
  const course = runCourse(setting);
  // While it goes on, so that what is shown of now is as in its midst.
  await Promise.race([course, setTimeout((courseSeconds - 5) * 1000)]);
  await draw(setting, from);
  await course;
} finally {
  await setting.stop();
}

async function draw({ prometheus }: Setting, from: number): Promise<void> {
  const dashboard = readDashboard();
  const range = { from, to: Math.floor(Date.now() / 1000), step: stepSeconds };
  const values = { rateInterval: "8s" };
  const panels = await Promise.all(
    withoutRows(dashboard.panels).map(async (panel) =>
      panel.type === "row" ? panel : fillPanel(panel, prometheus, { range, values }),
    ),
  );
  const firing = await prometheus.queryRange('ALERTS{alertstate="firing"}', range);
  const marks = firing.flatMap(({ points: [first] }) => first?.[0] ?? []);
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const page = await browser.newPage({ viewport: pageSize });
  await page.setContent(writePage({ title: dashboard.title, panels, marks }));
  await page.screenshot({ path: repositoryPath("docs/dashboard.png"), fullPage: true });
  await browser.close();
}

/** The panels but for those of the rows that are left out, moved up. */
function withoutRows(panels: readonly DashboardPanel[]): readonly DashboardPanel[] {
  const kept: DashboardPanel[] = [];
  let [up, leaving] = [0, false];
  let begun = 0;
  for (const panel of panels) {
    const { gridPos, title, type } = panel;
    if (type === "row") {
      if (leaving) up += gridPos.y - begun;
      leaving = leftOut.includes(title);
      begun = gridPos.y;
    }
    if (!leaving) kept.push({ ...panel, gridPos: { ...gridPos, y: gridPos.y - up } });
  }
  return kept;
}
