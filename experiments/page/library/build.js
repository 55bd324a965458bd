// Makes library.min.js and LICENCES.txt of index.js and of the packages that it draws on: npm ci && npm run build

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const { metafile, outputFiles } = await build({
  entryPoints: ["index.js"], bundle: true, minify: true, format: "iife", target: "es2022", legalComments: "none", metafile: true, write: false,
});

const folders = new Set(Object.keys(metafile.inputs).map((file) => file.match(/.*node_modules\/(@[^/]+\/)?[^/]+/)?.[0]).filter(Boolean));
const packages = [...folders].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const text = readFileSync(`${folder}/${readdirSync(folder).find((file) => /^licen[cs]e/i.test(file))}`, "utf8");
  return { told: `${name} ${version} (${license})`, text: text.trim() };
});

const banner = `/* ${packages.map(({ told }) => told).join(", ")}; licences in LICENCES.txt */\n`;
writeFileSync("library.min.js", banner + outputFiles[0].text);
writeFileSync("LICENCES.txt", `${packages.map(({ told, text }) => `${told}\n\n${text}\n`).join(`\n${"-".repeat(80)}\n\n`)}`);
console.log(banner.trim());
