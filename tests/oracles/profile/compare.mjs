// node compare.mjs NAME, in the folder where `compare` has put NAME.ours.* and NAME.theirs.*
import { existsSync, readFileSync } from "node:fs";

const name = process.argv[2];
let differences = 0;
const differ = (text) => { differences++; console.log(`  ${text}`); };

// dotnet-trace has one name for all code without one; names of thread pools' threads it knows from more events.
const common = (frame) => frame.startsWith("0x") ? "?!?"
    : frame.startsWith("Thread (") ? frame.split(")")[0] : frame;

// Milliseconds by frame, of its own and inclusive, from an evented speedscope file.
function fromSpeedscope(file) {
    const doc = JSON.parse(readFileSync(file, "utf8"));
    const names = doc.shared.frames.map((f) => common(f.name));
    const own = new Map(), total = new Map();
    const add = (map, key, value) => map.set(key, (map.get(key) || 0) + value);
    for (const profile of doc.profiles) {
        const stack = [];
        let last = 0;
        for (const e of profile.events) {
            const passed = e.at - last;
            const frames = stack.map((f) => names[f]);
            const methods = frames.filter((f) => f !== "CPU_TIME" && f !== "UNMANAGED_CODE_TIME");
            if (passed > 0 && methods.length > 0) {
                add(own, methods[methods.length - 1], passed);
                new Set(frames).forEach((f) => add(total, f, passed));
            }
            last = e.at;
            if (e.type === "O")
                stack.push(e.frame);
            else if (stack.pop() !== e.frame)
                differ(`${file}: events are not nested`);
        }
    }
    return { own, total };
}

function compareMaps(what, theirs, ours, tolerance) {
    for (const key of new Set([...theirs.keys(), ...ours.keys()])) {
        const a = theirs.get(key) || 0, b = ours.get(key) || 0;
        if (Math.abs(a - b) > tolerance(a))
            differ(`${what}: ${key}: dotnet-trace ${a}, portside ${b}`);
    }
    return theirs.size;
}

// dotnet-trace sums up in 32-bit floats.
const theirs = fromSpeedscope([`${name}.theirs.speedscope.json`, `${name}.speedscope.json`].find(existsSync));
const ours = fromSpeedscope(`${name}.ours.json`);
const methods = compareMaps("exclusive ms", theirs.own, ours.own, (a) => 0.01 + a * 1e-4);
compareMaps("inclusive ms", theirs.total, ours.total, (a) => 0.01 + a * 1e-4);

// Percent by method. Rows: number, 70 columns of the name, two values; more lines of the name have none.
// dotnet-trace shows no method whose name contains ROOT or Process; ours does.
function fromTopN(file) {
    const rows = [];
    for (const line of readFileSync(file, "utf8").split("\n")) {
        const m = /^(\d+\.\s+)(.{70})\s+([-\d.E]+)%\s+([-\d.E]+)%\s*$/u.exec(line);
        if (m)
            rows.push({ name: m[2], total: Number(m[3]), own: Number(m[4]) });
        else if (rows.length > 0 && line.startsWith("  "))
            rows[rows.length - 1].name += line.trim();
    }
    const own = new Map(), total = new Map();
    for (const r of rows) {
        let key = r.name.replace(/\s+/g, "");
        if (/ROOT|Process/.test(key) || /^(\(Non-Activities\)|Threads)$/.test(key))
            continue;
        if (key.startsWith("0x"))
            key = "MissingSymbol";
        own.set(key, (own.get(key) || 0) + r.own);
        if (key !== "MissingSymbol") // several in one stack are one method there
            total.set(key, (total.get(key) || 0) + r.total);
    }
    total.delete("MissingSymbol");
    return { own, total, rows };
}
const theirTop = fromTopN(`${name}.theirs.topn`), ourTop = fromTopN(`${name}.ours.topn`);
// Short names hide the namespace: names that are cut to the same text sum up, and so do their roundings.
// The namespace decides what "Process" hides there, which the short name does not tell.
const json = JSON.parse(readFileSync(`${name}.ours.topn.json`, "utf8"));
for (const m of json.methods.filter((m) => /ROOT|Process/.test(m.name))) {
    const dot = m.name.lastIndexOf(".", m.name.lastIndexOf("("));
    const key = m.name.slice(m.name.lastIndexOf(".", dot - 1) + 1).replace(/\s+/g, "");
    if (/ROOT|Process/.test(key) || !ourTop.own.has(key))
        continue; // not among ours either
    ourTop.own.set(key, ourTop.own.get(key) - 100 * m.exclusive / json.total);
    ourTop.total.set(key, ourTop.total.get(key) - 100 * m.inclusive / json.total);
}
const topRows = compareMaps("topN exclusive %", theirTop.own, ourTop.own, () => 0.1);
compareMaps("topN inclusive %", theirTop.total, ourTop.total, () => 0.15);
if (methods < 3 || topRows < 3)
    differ("hardly anything to compare");

// pprof's flat and cum are ours.
let pprofRows = 0;
if (existsSync(`${name}.ours.pprof`)) {
    for (const line of readFileSync(`${name}.ours.pprof`, "utf8").split("\n")) {
        const m = /^\s*([\d.]+)(?:ns)?\s+[\d.]+%\s+[\d.]+%\s+([\d.]+)(?:ns)?\s+[\d.]+%\s\s?(.*)$/.exec(line);
        if (!m)
            continue;
        pprofRows++;
        const key = common(m[3]);
        if (key === "?!?")
            continue;
        const own = (ours.own.get(key) || 0) * 1e6, total = (ours.total.get(key) || 0) * 1e6;
        if (Math.abs(own - m[1]) > 100 || Math.abs(total - m[2]) > 100)
            differ(`pprof: ${key}: flat ${m[1]}, cum ${m[2]} ns; speedscope ${own}, ${total}`);
    }
    if (pprofRows < 3)
        differ("go tool pprof shows nothing");
}
console.log(`${name}: ${methods} methods with own time, ${topRows} rows of topN, ${pprofRows} of pprof: ` +
    (differences ? `${differences} DIFFERENCES` : "equal"));
process.exit(differences ? 1 : 0);
