// What peers in JavaScript share: the data, the clock, and the line that says what came out. The rules are those of `work.py`.

import { writeFileSync } from "node:fs";
import { performance } from "node:perf_hooks";

export const [WIDTH, HEIGHT] = [1920, 1080];
const AHEAD = 1.05;
const [LONGEST, MOST] = [60, 200];

function line(data, points, seed) {
    const values = new Float64Array(points);
    let y = 0;
    for (let i = 0; i < points; i++) {
        let mixed = Math.imul(i, 0x9e3779b9) + Math.imul(seed, 0x85ebca6b);
        mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
        mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
        const noise = ((mixed ^ (mixed >>> 15)) >>> 0) / 2147483648 - 1;
        y = data === "walk" ? y + noise : 1 / (1 + (4 * i) / points) + 0.1 * noise;
        values[i] = y;
    }
    return values;
}

export class Case {
    constructor() {
        const [variant, data, points] = process.argv.slice(2);
        Object.assign(this, { variant, data, points: Number(points) });
        this.x = Float64Array.from({ length: this.points }, (_, i) => i);
        this.lines = [1, 2].map((seed) => line(data, this.points, seed));
        this.xRange = [0, this.points * AHEAD];
        this.yRange = [Infinity, -Infinity];
        for (const line of this.lines)
            for (const y of line) this.yRange = [Math.min(this.yRange[0], y), Math.max(this.yRange[1], y)];
    }

    // Times `redraw`, which takes 0 or 1, draws that line and gives the picture's bytes, four a pixel. `using` names
    // what it is built on.
    async run(peer, version, redraw, using) {
        const first = Buffer.from(await redraw(0));
        const second = Buffer.from(await redraw(1));
        if (first.length !== WIDTH * HEIGHT * 4) throw new Error(`the picture has ${first.length} bytes`);
        const pixels = new Uint32Array(first.buffer, first.byteOffset, WIDTH * HEIGHT);
        if (pixels.every((pixel) => pixel === pixels[0]) || first.equals(second))
            throw new Error("the picture does not show the data");
        if (process.env.PEERS_PICTURE) writeFileSync(process.env.PEERS_PICTURE, first);
        const times = [];
        while (!isEnough(times)) {
            const began = performance.now();
            await redraw(times.length % 2);
            times.push((performance.now() - began) / 1e3);
        }
        const seconds = times.toSorted((a, b) => a - b)[times.length >> 1];
        const { variant, data, points } = this;
        console.log(JSON.stringify({ peer, variant, data, points, seconds, runs: times.length, version, using }));
    }
}

function isEnough(times) {
    if (times.length === 0) return false;
    const least = times[0] > 2 ? 3 : 7;
    const total = times.reduce((sum, time) => sum + time, 0);
    return (times.length >= least && total >= 2) || times.length === MOST || total >= LONGEST;
}
