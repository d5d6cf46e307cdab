// node live.mjs URL WORK FRAME...
// The address itself, as a browser gets it: headers, policy and page together. Each FRAME must have time of its own or
// of what it called.
import assert from "node:assert/strict";
import { join } from "node:path";
import { open } from "./browser.mjs";

const [url, work, ...frames] = process.argv.slice(2);
await open(url, async (page) => {
    const titles = await page.$$eval("g.frame", (all) => all.map((g) => [g.getAttribute("name"),
        g.querySelector("title").textContent]));
    for (const frame of frames) {
        const found = titles.find(([name]) => name === frame);
        assert.ok(found, `no frame ${frame} among ${titles.map(([name]) => name).join(", ")}`);
        const percent = Number(/total [^(]*\(([\d.]+) %\)/.exec(found[1])?.[1]);
        assert.ok(percent > 1, found[1]);
    }
    await page.screenshot({ path: join(work, "live.png") });
    console.log(`${titles.length} frames: ${frames.join(", ")} among them`);
});
