// The filter gradient of a 3x3 convolution of stride 1, for GPUs in software: Winograd F(2x2, 3x3) in
// registers. A quad computes all nine taps of 4 x 16 channels, 4 x 8 pixels at a time. Not here: adding the
// splits (filter.ts), other kernels and strides (filter-taps.ts), the transforms (winograd.ts).
import type { ConvGeometry } from '../geometry.ts';
import {
  eachSlot,
  filterKernel,
  type FilterPlan,
  type FilterValues,
  PUT_SUM,
  putBias,
} from './filter-kernel.ts';
import { QUAD, type QuadTarget, slotsOf, spread, TILE_OF_GROUP } from './quads.ts';
import { lines, range } from '../../wgsl-text.ts';
import { alongColumns, alongRows, ofPixels, ofOutputGradient, toTaps } from './winograd.ts';
import type { Kernel } from '../../kernel.ts';

/** Output pixels of one step. */
const ROWS = 4;
const COLUMNS = 8;
/** Quads of output channels of a tile. */
const OUT_GROUPS = 4;
const OUTS_PER_TILE = QUAD * OUT_GROUPS;
/** Taps along each axis. */
const TAPS = 3;

/** A tile is 4 input x OUTS_PER_TILE output channels of all taps; a step is ROWS x COLUMNS pixels. */
export const FILTER_WINDOW: FilterPlan = {
  tiles: ({ ins, outs }) => Math.ceil(ins / QUAD) * Math.ceil(outs / OUTS_PER_TILE),
  steps: ({ batch, outHeight, outWidth }) =>
    batch * Math.ceil(outHeight / ROWS) * Math.ceil(outWidth / COLUMNS),
  leastSteps: 8,
};

/** One kernel that writes the sums of all splits, as `filterKernel`. */
export function filterWindow(
  target: QuadTarget,
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

/**
 * WGSL: `d{a}_{b}_{row}_{column}_{slot}`, the 4x4 transformed pixels of square (a, b), for all channels of
 * the quad.
 */
function pixels(quads: boolean, a: number, b: number): string {
  const rows = alongRows(ofPixels, [4, 4], (row, column) => `v${a}_${row}_${2 * b + column}`);
  return rows
    .flatMap((row, r) => row.map((value, c) => spread(quads, `d${a}_${b}_${r}_${c}`, value)))
    .join('\n');
}

/** WGSL: what the pixels of a step add to the transformed sums of a group of output channels. */
function products(slots: readonly number[], group: number): string {
  const slopes = lines(range(ROWS), (r) =>
    lines(
      range(COLUMNS),
      (q) => `let y${r}_${q} = select(0.0, dy[to${r} + by${q} + out${group}], low${r} & near${q});`,
    ),
  );
  const transformed = lines(squares, ([a, b]) => {
    const columns = alongColumns(
      ofOutputGradient,
      [2, 2],
      (r, c) => `y${2 * a + r}_${2 * b + c}`,
      `s${a}_${b}_`,
    );
    const rows = alongRows(ofOutputGradient, [4, 2], (r, c) => `s${a}_${b}_${r}_${c}`);
    return [
      columns,
      ...rows.flatMap((row, r) => row.map((value, c) => `let e${a}_${b}_${r}_${c} = ${value};`)),
    ].join('\n');
  });
  const terms = (r: number, c: number, k: number) =>
    squares.map(([a, b]) => `e${a}_${b}_${r}_${c} * d${a}_${b}_${r}_${c}_${k}`);
  // Element 1 of `ofOutputGradient` is the plain sum of its inputs, so (1, 1) is the sum of a square's 2x2
  // pixels.
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
