// The page's program: reads the data block that portside has written, draws it, filters by thread,
// searches. Names come from a traced process: they only ever become text, never markup.
import { select } from "d3-selection";
import flamegraph from "d3-flame-graph";

const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);

const units = {
    nanoseconds: [[1e9, "s"], [1e6, "ms"], [1e3, "µs"], [1, "ns"]],
    bytes: [[2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"], [1, "B"]],
    count: [[1, ""]],
};

function withUnit(value) {
    const steps = units[data.unit] || units.count;
    const [size, name] = steps.find(([step]) => value >= step) || steps[steps.length - 1];
    return `${Number((value / size).toPrecision(4))} ${name}`.trim();
}

// Nodes are pairs (parent, frame), parents first; node 0 is the root. Samples are quadruples
// (thread, node, count, value).
function tree(thread) {
    const size = data.nodes.length / 2 + 1;
    const own = new Float64Array(size);
    const total = new Float64Array(size);
    const count = new Float64Array(size);
    for (let i = 0; i < data.samples.length; i += 4) {
        if (thread >= 0 && data.samples[i] !== thread)
            continue;
        own[data.samples[i + 1]] += data.samples[i + 3];
        count[data.samples[i + 1]] += data.samples[i + 2];
    }
    for (let i = size - 1; i >= 0; i--) {
        total[i] += own[i];
        if (i > 0) {
            const parent = data.nodes[2 * i - 2];
            total[parent] += total[i];
            count[parent] += count[i];
        }
    }
    const made = new Array(size);
    for (let i = 0; i < size; i++) {
        if (i > 0 && total[i] === 0)
            continue;
        const name = i === 0 ? "all" : data.frames[data.nodes[2 * i - 1]];
        made[i] = { name, value: total[i], own: own[i], count: count[i], children: [] };
        if (i > 0)
            made[data.nodes[2 * i - 2]].children.push(made[i]);
    }
    return made[0];
}

let root = tree(-1);

function percent(value) {
    return root.value > 0 ? `${((100 * value) / root.value).toFixed(2)} %` : "";
}

function describe(node) {
    const d = node.data;
    return `${d.name}: total ${withUnit(d.value)} (${percent(d.value)}), ` +
        `self ${withUnit(d.own)} (${percent(d.own)}), ${d.count} samples`;
}

// One colour for one module, whatever the order.
function colour(node) {
    if (node.highlight)
        return "#e600e6";
    const module = node.data.name.split("!")[0];
    let hash = 0;
    for (const c of module)
        hash = (hash * 31 + c.codePointAt(0)) % 360;
    return node.data.name.includes("!") ? `hsl(${(hash % 60) + 10}, 75%, 66%)` : "hsl(210, 12%, 78%)";
}

const width = () => byId("chart").clientWidth - 24; // its padding

const chart = flamegraph()
    .width(width())
    .cellHeight(18)
    .minFrameSize(1)
    .transitionDuration(0)
    .sort(true)
    .title("")
    .label(describe)
    .setDetailsHandler((text) => { byId("details").textContent = text || "\u00a0"; })
    .setSearchMatch((node, term) => node.data.name.toLowerCase().includes(term.toLowerCase()))
    .setSearchHandler((found, sum, total) => {
        byId("details").textContent =
            `${found.length} frames found: ${withUnit(sum)} of ${withUnit(total)}`;
    })
    .setColorMapper(colour);

function draw(thread) {
    root = tree(thread);
    byId("sum").textContent = `${withUnit(root.value)}, ${root.count} samples`;
    select("#chart").selectAll("*").remove();
    select("#chart").datum(root).call(chart);
}

function search() {
    const term = byId("term").value.trim();
    if (term)
        chart.search(term);
    else
        chart.clear();
}

document.title = `${data.title}: ${data.name}`;
byId("title").textContent = data.title;
byId("kind").textContent = data.kind;
byId("process").textContent = data.process;
data.threads.forEach((name, i) => {
    const option = document.createElement("option");
    option.value = String(i);
    option.textContent = name;
    byId("thread").append(option);
});
byId("thread").addEventListener("change", (e) => draw(Number(e.target.value)));
byId("term").addEventListener("input", search);
byId("reset").addEventListener("click", () => chart.resetZoom());
window.addEventListener("resize", () => {
    chart.width(width());
    draw(Number(byId("thread").value));
    search();
});
draw(-1);
