// Builds dist/: two scripts, one stylesheet, the icon. Nothing is fetched; everything comes from the lock file and src/.
import { build } from "esbuild";
import { appendFileSync, copyFileSync, mkdirSync, rmSync } from "node:fs";

rmSync("dist", { recursive: true, force: true });
mkdirSync("dist");
await build({
  entryPoints: ["src/app.js", "src/wall.js", "src/upload.js", "src/app.css"],
  outdir: "dist", bundle: true, splitting: true, minify: true, format: "esm", target: ["es2022", "chrome109", "firefox115", "safari16"],
  legalComments: "none", logLevel: "warning",
});

// The grid's lanes have one column each five minutes. A strict policy allows no style attributes, so that every
// position and every length is a class.
const columns = 24 * 12;
const rules = [];
for (let n = 0; n < columns; n++) rules.push(`.at${n}{grid-column-start:${n + 1}}`);
for (let n = 1; n <= columns; n++) rules.push(`.for${n}{grid-column-end:span ${n}}`);
appendFileSync("dist/app.css", rules.join(""));
copyFileSync("src/icon.svg", "dist/icon.svg");
