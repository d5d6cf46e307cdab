// node build.mjs [OUT]: bundles program, style, licences and policy into one page. The page is kept
// in the tree (page.out.html), so that building portside needs no npm; tests/web compares them.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] || join(here, "page.out.html");
const read = (name) => readFileSync(join(here, name), "utf8");
const hash = (text) => "sha256-" + createHash("sha256").update(text).digest("base64");

const bundle = await build({
    absWorkingDir: here,
    entryPoints: ["main.js"],
    bundle: true,
    minify: true,
    charset: "ascii",
    format: "iife",
    target: "es2020",
    legalComments: "none", // the whole licences stand in the page
    metafile: true,
    write: false,
    loader: { ".css": "empty" }, // the style is put in below
});
const script = bundle.outputFiles[0].text.trim();
const style = (read("node_modules/d3-flame-graph/dist/d3-flamegraph.css") + read("page.css"))
    .replaceAll("\r", "").trim();

// Of every package that is really in the bundle; equal texts once.
const packages = new Set();
for (const input of Object.keys(bundle.metafile.inputs)) {
    const found = /^node_modules\/((@[^/]+\/)?[^/]+)\//.exec(input);
    if (found)
        packages.add(found[1]);
}
const texts = new Map();
for (const name of [...packages].sort()) {
    const file = join("node_modules", name, "LICENSE");
    if (!existsSync(join(here, file)))
        throw new Error(`${name} has no LICENSE`);
    const text = read(file).replaceAll("\r", "").trim();
    const version = JSON.parse(read(join("node_modules", name, "package.json"))).version;
    texts.set(text, [...(texts.get(text) || []), `${name} ${version}`]);
}
const licences = [...texts].map(([text, names]) => `${names.join(", ")}:\n\n${text}\n`).join("\n");

for (const [name, text] of Object.entries({ script, style, licences })) {
    if (/<\/(script|style)|<!--/i.test(text))
        throw new Error(`the ${name} would end its element`);
}
const parts = {
    SCRIPT_HASH: hash(script), STYLE_HASH: hash(style), STYLE: style, LICENCES: licences,
    SCRIPT: script, DATA: "{{DATA}}",
};
writeFileSync(out, read("page.html").replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]));
