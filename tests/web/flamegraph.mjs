// node flamegraph.mjs PORTSIDE TRACE WORK
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { open } from "./browser.mjs";

const [portside, trace, work] = process.argv.slice(2);
const file = join(work, "page.html");
execFileSync(portside, ["convert", trace, "--format", "flamegraph", "-o", file], { stdio: "inherit" });

const frames = (page) => page.$$eval("g.frame", (all) => all.map((g) => ({
    name: g.getAttribute("name"),
    title: g.querySelector("title").textContent,
    width: Number(g.getAttribute("width")),
})));
const find = (all, name) => {
    const found = all.find((f) => f.name === name);
    assert.ok(found, `no frame ${name} among ${all.map((f) => f.name).join(", ")}`);
    return found;
};
// Rectangles grow in a transition; the labels are in place at once.
const settled = (page) => page.waitForFunction(() => [...document.querySelectorAll("g.frame")].every((g) =>
    Math.abs(g.getAttribute("width") - g.querySelector("rect").getAttribute("width")) < 0.5), { timeout: 10000 });
const text = (page, id) => page.$eval(`#${id}`, (e) => e.textContent);

await open(pathToFileURL(file).href, async (page) => {
    await settled(page);
    const all = await frames(page);
    // dotnet-trace: con!P.Work 66.47 % exclusive, Thread.Sleep 33.33 % of 9.01 s
    assert.match(find(all, "con!P.Work(int32)").title, /self \d.* \(/);
    assert.match(find(all, "System.Private.CoreLib!System.Threading.Thread.Sleep(int32)").title,
        /total 3\.003 s \(33\.33 %\), self 3\.003 s \(33\.33 %\)/);
    assert.match(find(all, "all").title, /total 9\.01 s \(100\.00 %\), self 0/);
    find(all, "con!P+<>c__DisplayClass4_1.<Main>b__0()");
    assert.equal(await text(page, "kind"), "wall");
    assert.match(await text(page, "process"), /^Process64 con \(23437\)/);

    // Thread filter: the main thread only sleeps.
    const main = await page.$$eval("#thread option", (options) =>
        options.find((o) => o.textContent === "Thread (23437)").value);
    await page.select("#thread", main);
    const one = await frames(page);
    find(one, "con!P.Main(class System.String[])");
    assert.ok(!one.some((f) => f.name.includes("P.Work")));
    assert.match(find(one, "all").title, /total 3\.003 s \(100\.00 %\)/);
    await page.select("#thread", "-1");

    // Search: counts, and colours what it finds.
    await page.type("#term", "thread.sleep");
    assert.match(await text(page, "details"), /^1 frames found: 3\.003 s of 9\.01 s$/);
    const found = await page.$$eval("g.frame rect", (all) =>
        all.filter((r) => r.getAttribute("fill") === "#e600e6").length);
    assert.equal(found, 1);

    // Zoom: the clicked frame takes the whole width, and back.
    const before = find(await frames(page), "con!P.Main(class System.String[])").width;
    await page.$$eval("g.frame", (all) => all
        .find((g) => g.getAttribute("name") === "con!P.Main(class System.String[])")
        .dispatchEvent(new MouseEvent("click", { bubbles: true })));
    await page.waitForFunction((w) => [...document.querySelectorAll("g.frame")].some((g) =>
        g.getAttribute("name").startsWith("con!P.Main") && Number(g.getAttribute("width")) > 2.5 * w),
        { timeout: 10000 }, before);
    await page.click("#reset");
    await page.waitForFunction((w) => [...document.querySelectorAll("g.frame")].some((g) =>
        g.getAttribute("name").startsWith("con!P.Main") && Math.abs(g.getAttribute("width") - w) < 1),
        { timeout: 10000 }, before);
    await settled(page);
    await page.screenshot({ path: join(work, "page.png") });
});

// The policy is in force: a script put into the page does not run.
const evil = join(work, "evil.html");
writeFileSync(evil, readFileSync(file, "utf8").replace("</body>",
    "<script>document.title = 'ran'</script><img src=x onerror=\"document.title='ran'\"></body>"));
let refused = "";
try {
    await open(pathToFileURL(evil).href, async (page) => {
        assert.notEqual(await page.title(), "ran");
    });
} catch (e) {
    refused = e.message;
}
assert.match(refused, /Content Security Policy/);
console.log("the flame graph shows its frames, filters, finds and zooms under its policy");
