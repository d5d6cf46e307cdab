// node speedscope.mjs PORTSIDE TRACE WORK: opened as speedscope's own command does, by a script that
// hands it the file.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { open } from "./browser.mjs";

const [portside, trace, work] = process.argv.slice(2);
const home = join(work, "node_modules/speedscope/dist/release/index.html");

async function show(name, file, wanted) {
    const source = join(work, `${name}.js`);
    const base64 = readFileSync(file).toString("base64");
    writeFileSync(source, `speedscope.loadFileFromBase64(${JSON.stringify(name)}, "${base64}")`);
    await open(`${pathToFileURL(home).href}#localProfilePath=${source}`, async (page) => {
        try {
            await page.waitForFunction((w) => document.body.innerText.includes(w), { timeout: 20000 }, wanted);
        } catch (e) {
            throw new Error(`speedscope shows: ${await page.evaluate(() => document.body.innerText)}`);
        }
        await page.screenshot({ path: join(work, `${name}.png`) });
    });
}

const file = join(work, "sample.json");
execFileSync(portside, ["convert", trace, "--format", "speedscope", "-o", file], { stdio: "inherit" });
await show("good", file, "Thread (23437)");

// The check can fail.
writeFileSync(join(work, "bad.json"), readFileSync(file, "utf8").replaceAll('"type":"O"', '"type":"X"'));
await assert.rejects(show("bad", join(work, "bad.json"), "Thread (23437)"));
console.log("speedscope opens the file");
