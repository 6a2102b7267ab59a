// Build what the hub's pages load from others: htmx, Vega in one file, the map of the world.
//
//     node tools/build_vendored.mjs
//
// npm fetches the versions named below, none newer than AS_OF, into a folder that is thrown away; no
// lock file is kept, because one names a registry's hosts. What is written: src/wattprint/hub/static/
// vendor/ with its README, tests/hub/vendor/axe.min.js, and the licences' texts for NOTICE in
// tools/hand_entered/vendored_licences.txt. The same versions give the same bytes.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const AS_OF = "2026-11-26";
const VERSIONS = {
  "axe-core": "4.14.1",
  "esbuild": "0.28.2",
  "htmx.org": "2.0.11",
  "vega": "6.4.0",
  "vega-interpreter": "2.3.2",
  "vega-lite": "6.4.3",
  "world-atlas": "2.0.2",
};
// The interpreter walks parsed expressions, so that pages need no `unsafe-eval`.
const ENTRY = `
export { View, parse } from "vega";
export { compile } from "vega-lite";
export { expressionInterpreter } from "vega-interpreter";
`;

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const VENDOR = join(ROOT, "src/wattprint/hub/static/vendor");
const LICENCES = join(ROOT, "tools/hand_entered/vendored_licences.txt");
const ZONES = join(ROOT, "src/wattprint/factors/tables/zones.csv");

/** Names of the map that are short forms of a zone's name; those without a zone have no code. */
const ZONE_OF_NAME = {
  "Bosnia and Herz.": "BA",
  "Central African Rep.": "CF",
  "Dem. Rep. Congo": "CD",
  "Dominican Rep.": "DO",
  "Eq. Guinea": "GQ",
  "Falkland Is.": "FK",
  "S. Sudan": "SS",
  "Solomon Is.": "SB",
  "W. Sahara": "EH",
};
const WITHOUT_ZONE = ["Fr. S. Antarctic Lands", "N. Cyprus", "Somaliland"];

const folder = mkdtempSync(join(tmpdir(), "vendored-"));
try {
  install();
  const packages = bundle();
  copy("htmx.org/dist/htmx.min.js", join(VENDOR, "htmx.min.js"));
  writeFileSync(join(VENDOR, "world.json"), JSON.stringify(world()));
  copy("axe-core/axe.min.js", join(ROOT, "tests/hub/vendor/axe.min.js"));
  writeFileSync(LICENCES, licences([...packages, "htmx.org", "world-atlas"]));
  writeFileSync(join(VENDOR, "README.md"), readme(packages));
} finally {
  rmSync(folder, { recursive: true });
}

function install() {
  const wanted = Object.entries(VERSIONS).map(([name, version]) => `${name}@${version}`);
  const quiet = ["--no-package-lock", "--no-save", "--no-audit", "--no-fund", "--silent"];
  writeFileSync(join(folder, "package.json"), "{}");
  // `before` is the first day that is left out.
  const before = new Date(Date.parse(AS_OF) + 86_400_000).toISOString();
  execFileSync("npm", ["install", ...quiet, `--before=${before}`, ...wanted], { cwd: folder });
}

/** Write the bundle; return the names of the packages that are in it. */
function bundle() {
  writeFileSync(join(folder, "entry.mjs"), ENTRY);
  const asked = [
    ...["entry.mjs", "--bundle", "--minify", "--format=iife", "--global-name=wattprintVega"],
    ...["--target=es2020", "--legal-comments=none", "--metafile=meta.json"],
    `--outfile=${join(VENDOR, "vega.min.js")}`,
  ];
  execFileSync(join(folder, "node_modules/.bin/esbuild"), asked, { cwd: folder, stdio: "ignore" });
  const inputs = Object.keys(JSON.parse(readFileSync(join(folder, "meta.json"))).inputs);
  const names = inputs.map((path) => path.match(/.*node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1]);
  return [...new Set(names.filter(Boolean))].sort();
}

/** Return the countries' shapes by the codes of our zones, without the Antarctic. */
function world() {
  const topology = JSON.parse(readFileSync(join(folder, "node_modules/world-atlas/countries-110m.json")));
  const codes = codesByName();
  const geometries = topology.objects.countries.geometries
    .filter(({ properties: { name } }) => name !== "Antarctica")
    .map(({ type, arcs, properties: { name } }) => {
      const id = ZONE_OF_NAME[name] ?? codes.get(name.toLowerCase());
      if (!id && !WITHOUT_ZONE.includes(name)) throw new Error(`no zone is named ${name}`);
      return id ? { type, arcs, id } : { type, arcs };
    });
  return { ...topology, objects: { countries: { type: "GeometryCollection", geometries } } };
}

function codesByName() {
  const codes = new Map();
  for (const line of readFileSync(ZONES, "utf8").split("\n").slice(1)) {
    const [zone, , name, kind, , aliases] = line.split(",");
    if (kind === "country") [name, ...aliases.split("|")].forEach((word) => codes.set(word.toLowerCase(), zone));
  }
  return codes;
}

function copy(from, to) {
  writeFileSync(to, readFileSync(join(folder, "node_modules", from)));
}

function about(name) {
  const at = join(folder, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(at, "package.json")));
  const file = readdirSync(at).find((entry) => /^licen[cs]e/i.test(entry));
  return { name, version, license, text: readFileSync(join(at, file), "utf8").trim() };
}

/** Return each licence's text once, headed by the packages that it holds for. */
function licences(names) {
  const held = new Map();
  for (const { name, version, license, text } of names.map(about)) {
    const plain = text.replace(/\r/g, "").replace(/[ \t]+$/gm, "");
    const holders = held.get(plain) ?? [];
    held.set(plain, [...holders, `${name} ${version} (${license})`]);
  }
  const sections = [...held].map(([text, holders]) => `## ${holders.join(", ")}\n\n${text}`);
  return sections.join("\n\n") + "\n";
}

function readme(packages) {
  const row = (file, what) => {
    const data = readFileSync(join(VENDOR, file));
    const sha = createHash("sha256").update(data).digest("hex");
    const size = (bytes) => Math.round(bytes / 1000).toLocaleString("en");
    return `| \`${file}\` | ${what} | ${size(data.length)} kB, ${size(gzipSync(data).length)} kB gzipped | \`${sha}\` |`;
  };
  const version = (name) => `${name} ${about(name).version}`;
  const rest = packages.map((name) => `${version(name)} (${about(name).license})`);
  return `# Made by others

Written by \`node tools/build_vendored.mjs\`; not to be edited. The licences' texts are in NOTICE.

| file | what | size | SHA-256 |
|---|---|---|---|
${row("htmx.min.js", `${version("htmx.org")}, 0BSD, as published`)}
${row("vega.min.js", `${version("vega")}, ${version("vega-lite")}, ${version("vega-interpreter")}, BSD-3-Clause, bundled as one global \`wattprintVega\``)}
${row("world.json", `countries of ${version("world-atlas")} (ISC), 1:110 million, made from Natural Earth 4.1.0, which is in the public domain; ids are our zones' codes, the Antarctic is left out`)}

Bundled in \`vega.min.js\`: ${rest.join(", ")}.

Expressions of charts are parsed and walked by vega-interpreter: a page needs no \`unsafe-eval\`. For
tests alone, tests/hub/vendor/axe.min.js is axe-core ${VERSIONS["axe-core"]} (MPL-2.0), unchanged; it is in no package.
`;
}
