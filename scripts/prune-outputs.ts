// Deletes what sources that are gone have left in dist/: the compiler only adds and overwrites.
import { existsSync, globSync, rmSync } from "node:fs";

for (const output of globSync("{sdk,server}/dist/**/*.{js,ts,map}")) {
  const source = output.replace("/dist/", "/src/").replace(/(\.d\.ts|\.js)(\.map)?$/, ".ts");
  if (!existsSync(source)) rmSync(output);
}
