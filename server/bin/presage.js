#!/usr/bin/env node
// The one file that any Node can read: it says what is needed where an old one was started.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major > 24 || (major === 24 && minor >= 12)) {
  await import("#cli");
} else {
  console.error(
    `Presage needs Node 24.12 or newer, and this is ${process.versions.node}. ` +
      "Start it with `npx presage …` or `npm start`: they use the Node that is installed with it.",
  );
  process.exit(2);
}
