// uPlot on a canvas of Skia's (@napi-rs/canvas), without a browser.
//
// Timed: `setData`, the redraw that it schedules as a microtask, and getting the pixels. No axes, legend or cursor; the ranges are
// given. What uPlot wants of a browser is stood in for by elements that do nothing, but for the canvas.

import { createRequire } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { Case, HEIGHT, WIDTH } from "./work.mjs";

// The packages are installed elsewhere: where PEERS_NPM says.
const packages = createRequire(pathToFileURL(resolve(process.env.PEERS_NPM ?? ".", "package.json")));
const { createCanvas, Path2D } = packages("@napi-rs/canvas");

class Element extends EventTarget {
    style = {};
    classList = new Set();
    children = [];
    constructor() {
        super();
        this.classList.contains = this.classList.has;
        this.classList.remove = this.classList.delete;
    }
    appendChild(child) {
        this.children.push(child);
        return child;
    }
    insertBefore(child) {
        return this.appendChild(child);
    }
    remove() {}
    setAttribute() {}
    getBoundingClientRect() {
        return { left: 0, top: 0, width: WIDTH, height: HEIGHT };
    }
}

function element(tag) {
    if (tag !== "canvas") return new Element();
    // uPlot sets its size.
    return Object.assign(createCanvas(1, 1), { style: {}, classList: new Set() });
}

const body = new Element();
const stands = {
    window: new EventTarget(),
    document: { createElement: element, body },
    devicePixelRatio: 1,
    matchMedia: () => new EventTarget(),
    requestAnimationFrame: (draw) => setImmediate(draw),
    HTMLElement: Element,
    Path2D,
};
for (const [name, value] of Object.entries(stands)) globalThis[name] = value;
globalThis.navigator ??= { language: "en-US" };

// After the stand-ins: uPlot looks for a browser while it is loaded.
const uPlot = packages("uplot");
const { version } = packages("uplot/package.json");

const work = new Case();
const options = {
    width: WIDTH,
    height: HEIGHT,
    padding: [0, 0, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    axes: [{ show: false }, { show: false }],
    scales: {
        x: { time: false, auto: false, range: work.xRange },
        y: { auto: false, range: work.yRange },
    },
    series: [{}, { stroke: "#000", width: 1, points: { show: false } }],
};
const plot = new uPlot(options, [work.x, work.lines[0]], body);
await Promise.resolve();

async function redraw(turn) {
    plot.setData([work.x, work.lines[turn]]);
    await Promise.resolve();
    return plot.ctx.canvas.data();
}

const canvas = packages("@napi-rs/canvas/package.json").version;
await work.run("uPlot", version, redraw, `@napi-rs/canvas ${canvas}, Node.js ${process.versions.node}`);
