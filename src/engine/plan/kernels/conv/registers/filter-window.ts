// One split of the weight gradient of a 3x3 convolution of stride 1, for GPUs in software: Winograd's in registers. A quad
// sums all nine taps of 4 x 16 channels, 4 x 8 pixels at a time. Not here: how the splits are added
// (conv-registers-filter.ts).
import type { ConvGeometry } from '../geometry.ts';
import {
  eachSlot,
  filterKernel,
  type FilterPlan,
  type FilterValues,
  PUT_SUM,
  putBias,
} from './filter-kernel.ts';
import { QUAD, type Quads, slotsOf, spread, TILE_OF_GROUP } from './quads.ts';
import { lines, range } from '../../wgsl-text.ts';
import { alongColumns, alongRows, ofPixels, ofSlopes, toTaps } from './winograd.ts';
import type { Kernel } from '../../kernel.ts';

const ROWS = 4;
const COLUMNS = 8;
const OUT_GROUPS = 4;
const OUTS_PER_TILE = QUAD * OUT_GROUPS;
const TAPS = 3;

export const FILTER_WINDOW: FilterPlan = {
  tiles: ({ ins, outs }) => Math.ceil(ins / QUAD) * Math.ceil(outs / OUTS_PER_TILE),
  steps: ({ batch, outHeight, outWidth }) =>
    batch * Math.ceil(outHeight / ROWS) * Math.ceil(outWidth / COLUMNS),
  leastSteps: 8,
};

/** One kernel: the sums of every split, each in its part of the target. */
export function filterWindow(
  target: Quads,
  geometry: ConvGeometry,
  splits: number,
  values: FilterValues,
): Kernel {
  const { ins, outHeight, outWidth } = geometry;
  return filterKernel(target, geometry, splits, values, {
    plan: FILTER_WINDOW,
    inTiles: Math.ceil(ins / QUAD),
    outsPerTile: OUTS_PER_TILE,
    params: { across: Math.ceil(outWidth / COLUMNS), down: Math.ceil(outHeight / ROWS) },
    body,
  });
}

const squares = range(ROWS / 2).flatMap((a) => range(COLUMNS / 2).map((b) => [a, b] as const));
const frequencies = range(4).flatMap((r) => range(4).map((c) => [r, c] as const));
const sum = (r: number, c: number, k: number, group: number) => `sum${r}_${c}_${k}_${group}`;

function body(quads: boolean): string {
  const slots = slotsOf(quads);
  const haloRows = range(ROWS + TAPS - 1);
  const haloColumns = range(COLUMNS + TAPS - 1);
  const groups = range(OUT_GROUPS);
  return `
${TILE_OF_GROUP}
let firstIn = tile % params.inTiles * ${QUAD}u;
let firstOut = tile / params.inTiles % params.outTiles * ${OUTS_PER_TILE}u + lane;
let split = tile / params.inTiles / params.outTiles;
${lines(groups, (c) => `let out${c} = min(firstOut + ${QUAD * c}u, params.outs - 1u);`)}
let storedRow = (params.width >> params.up) * params.ins;
let stored = (params.height >> params.up) * storedRow;
let last = min((split + 1u) * params.stepsPerSplit, params.steps);
${eachSlot(quads)}
let in0 = min(firstIn + slot_0, params.ins - 1u);
${lines(frequencies, ([r, c]) => slots.flatMap((k) => groups.map((group) => `var ${sum(r, c, k, group)} = 0.0;`)).join(' '))}
${lines(groups, (group) => `var bias${group} = 0.0;`)}
for (var step = split * params.stepsPerSplit; step < last; step++) {
let left = step % params.across * ${COLUMNS}u;
let top = step / params.across % params.down * ${ROWS}u;
let image = step / params.across / params.down;
${lines(haloRows, (j) => `let row${j} = top + ${j}u - params.padBefore; let fits${j} = row${j} < params.height; let line${j} = image * stored + select(0u, row${j} >> params.up, fits${j}) * storedRow;`)}
${lines(haloColumns, (j) => `let column${j} = left + ${j}u - params.padBefore; let inside${j} = column${j} < params.width; let at${j} = select(0u, column${j} >> params.up, inside${j}) * params.ins;`)}
${lines(haloRows, (r) => lines(haloColumns, (j) => `let x${r}_${j} = select(0.0, source[line${r} + at${j} + in0], fits${r} & inside${j});`))}
${lines(range(ROWS / 2), (a) => alongColumns(ofPixels, [4, haloColumns.length], (r, j) => `x${2 * a + r}_${j}`, `v${a}_`))}
${lines(squares, ([a, b]) => pixels(quads, a, b))}
${lines(range(ROWS), (r) => `let low${r} = top + ${r}u < params.outHeight; let to${r} = (image * params.outHeight + select(0u, top + ${r}u, low${r})) * params.outWidth * params.outs;`)}
${lines(range(COLUMNS), (q) => `let near${q} = left + ${q}u < params.outWidth; let by${q} = select(0u, left + ${q}u, near${q}) * params.outs;`)}
${lines(groups, (group) => products(slots, group))}
}
${store(slots)}
${putBias(OUT_GROUPS, '(firstIn == 0u)')}
${quads ? '' : '}'}`;
}

/** `d{a}_{b}_{row}_{column}_{slot}`: the transformed pixels of a square, of all channels of the quad. */
function pixels(quads: boolean, a: number, b: number): string {
  const rows = alongRows(ofPixels, [4, 4], (row, column) => `v${a}_${row}_${2 * b + column}`);
  return rows
    .flatMap((row, r) => row.map((value, c) => spread(quads, `d${a}_${b}_${r}_${c}`, value)))
    .join('\n');
}

/** What the pixels of a step add to the sums of a group of channels. */
function products(slots: readonly number[], group: number): string {
  const slopes = lines(range(ROWS), (r) =>
    lines(
      range(COLUMNS),
      (q) => `let y${r}_${q} = select(0.0, dy[to${r} + by${q} + out${group}], low${r} & near${q});`,
    ),
  );
  const transformed = lines(squares, ([a, b]) => {
    const columns = alongColumns(ofSlopes, [2, 2], (r, c) => `y${2 * a + r}_${2 * b + c}`, `s${a}_${b}_`);
    const rows = alongRows(ofSlopes, [4, 2], (r, c) => `s${a}_${b}_${r}_${c}`);
    return [
      columns,
      ...rows.flatMap((row, r) => row.map((value, c) => `let e${a}_${b}_${r}_${c} = ${value};`)),
    ].join('\n');
  });
  const terms = (r: number, c: number, k: number) =>
    squares.map(([a, b]) => `e${a}_${b}_${r}_${c} * d${a}_${b}_${r}_${c}_${k}`);
  // Both transforms of `ofSlopes` have the plain sum of their pixels at 1.
  const bias = squares.map(([a, b]) => `e${a}_${b}_1_1`).join(' + ');
  return `{
${slopes}
${transformed}
bias${group} += ${bias};
${lines(frequencies, ([r, c]) => lines(slots, (k) => `${sum(r, c, k, group)} += ${terms(r, c, k).join(' + ')};`))}
}`;
}

function store(slots: readonly number[]): string {
  const held = slots.flatMap((k) => range(OUT_GROUPS).map((group) => [k, group] as const));
  const taps = lines(held, ([k, group]) => {
    const columns = alongColumns(toTaps, [4, 4], (r, c) => sum(r, c, k, group), 'u');
    const values = alongRows(toTaps, [TAPS, 4], (r, c) => `u${r}_${c}`).flat();
    const first = (k * OUT_GROUPS + group) * TAPS * TAPS;
    return `{\n${columns}\n${values.map((value, t) => `all[${first + t}] = ${value};`).join('\n')}\n}`;
  });
  return `var all: array<f32, ${held.length * TAPS * TAPS}>;
${taps}
var slots = array<u32, ${slots.length}>(${slots.map((k) => `slot_${k}`).join(', ')});
for (var n = 0u; n < ${held.length * TAPS * TAPS}u; n++) {
  let tap = n % ${TAPS * TAPS}u;
  let o = firstOut + n / ${TAPS * TAPS}u % ${OUT_GROUPS}u * ${QUAD}u;
  let i = firstIn + slots[n / ${TAPS * TAPS * OUT_GROUPS}u];
  if ((i < params.ins) & (o < params.outs)) {
    let to = ((split * ${TAPS * TAPS}u + tap) * params.ins + i) * params.outs + o;
    ${PUT_SUM}
  }
}`;
}
