// A headless Chromium whose page may not reach any network but what it was opened at; what it complains about is collected.
import puppeteer from "puppeteer-core";

export async function open(url, check) {
    const own = new URL(url).href;
    const browser = await puppeteer.launch({
        executablePath: "/usr/bin/chromium",
        args: ["--no-sandbox", "--disable-gpu"],
    });
    const complaints = [];
    try {
        const page = await browser.newPage();
        await page.setViewport({ width: 1400, height: 900 });
        page.on("console", (m) => {
            if (m.type() === "error" || (m.type().startsWith("warn") && !m.text().includes("WebGL")))
                complaints.push(`${m.type()}: ${m.text()}`);
        });
        page.on("pageerror", (e) => complaints.push(`exception: ${e.message}`));
        page.on("request", (r) => {
            if (!/^(file|data|blob|about):/.test(r.url()) && r.url() !== own && !r.url().endsWith("/favicon.ico"))
                complaints.push(`request: ${r.url()}`);
        });
        await page.goto(url, { waitUntil: "load", timeout: 60000 });
        await check(page);
    } finally {
        await browser.close();
    }
    if (complaints.length > 0)
        throw new Error(complaints.join("\n"));
}
