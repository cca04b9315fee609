// The filter gradient tap by tap, for GPUs in software: 1x1 (matrix products) and stride 2. A quad computes
// 32 x 16 channels of one tap, 4 pixels at a time. Not here: adding the splits (filter.ts), 3x3 of stride 1
// (filter-window.ts).
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
import type { Kernel } from '../../kernel.ts';

/** Pixels of one step. */
const PIXELS = 4;
/** A tile has IN_GROUPS quads of input channels and OUT_GROUPS quads of output channels. */
const IN_GROUPS = 8;
const INS_PER_TILE = QUAD * IN_GROUPS;
const OUT_GROUPS = 4;
const OUTS_PER_TILE = QUAD * OUT_GROUPS;

/** A tile is INS_PER_TILE x OUTS_PER_TILE channels of one tap; a step is 4 pixels. */
export const FILTER_TAPS: FilterPlan = {
  tiles: ({ kernel: edge, ins, outs }) =>
    edge * edge * Math.ceil(ins / INS_PER_TILE) * Math.ceil(outs / OUTS_PER_TILE),
  steps: ({ batch, outHeight, outWidth }) => Math.ceil((batch * outHeight * outWidth) / PIXELS),
  leastSteps: 64,
};

/** One kernel that writes the sums of all splits, as `filterKernel`. */
export function filterTaps(
  target: QuadTarget,
  geometry: ConvGeometry,
  splits: number,
  values: FilterValues,
): Kernel {
  const { batch, ins, outHeight, outWidth, stride, kernel: edge } = geometry;
  return filterKernel(target, geometry, splits, values, {
    plan: FILTER_TAPS,
    inTiles: Math.ceil(ins / INS_PER_TILE),
    outsPerTile: OUTS_PER_TILE,
    params: { stride, edge, count: batch * outHeight * outWidth },
    body,
  });
}

const sum = (g: number, k: number, c: number) => `sum${g}_${k}_${c}`;

/** The sums of a lane: [group of input channels, slot within the group, group of output channels]. */
const cellsOf = (quads: boolean) =>
  range(IN_GROUPS).flatMap((g) =>
    slotsOf(quads).flatMap((k) => range(OUT_GROUPS).map((c) => [g, k, c] as const)),
  );

function body(quads: boolean): string {
  const cells = cellsOf(quads);
  return `
${TILE_OF_GROUP}
let firstIn = tile % params.inTiles * ${INS_PER_TILE}u;
let firstOut = tile / params.inTiles % params.outTiles * ${OUTS_PER_TILE}u + lane;
let part = tile / params.inTiles / params.outTiles;
let taps = params.edge * params.edge;
let tap = part % taps;
let split = part / taps;
let rowShift = tap / params.edge - params.padBefore;
let columnShift = tap % params.edge - params.padBefore;
${lines(range(OUT_GROUPS), (c) => `let out${c} = min(firstOut + ${QUAD * c}u, params.outs - 1u);`)}
let storedRow = (params.width >> params.up) * params.ins;
let stored = (params.height >> params.up) * storedRow;
let last = min((split + 1u) * params.stepsPerSplit, params.steps);
${eachSlot(quads)}
${lines(range(IN_GROUPS), (g) => `let in${g} = min(firstIn + ${QUAD * g}u + slot_0, params.ins - 1u);`)}
${cells.map(([g, k, c]) => `var ${sum(g, k, c)} = 0.0;`).join('\n')}
${lines(range(OUT_GROUPS), (c) => `var bias${c} = 0.0;`)}
for (var step = split * params.stepsPerSplit; step < last; step++) {
${lines(range(PIXELS), pixel)}
${lines(range(PIXELS), (q) => lines(range(IN_GROUPS), (g) => spread(quads, `x${q}_${g}`, `select(0.0, source[at${q} + in${g}], fits${q})`)))}
${lines(range(OUT_GROUPS), (c) => products(cells, c))}
}
${store(quads)}
${putBias(OUT_GROUPS, '(firstIn == 0u) & (tap == 0u)')}
${quads ? '' : '}'}`;
}

function pixel(q: number): string {
  return `let n${q} = step * ${PIXELS}u + ${q}u;
let made${q} = n${q} < params.count;
let to${q} = select(0u, n${q} * params.outs, made${q});
let line${q} = n${q} / params.outWidth;
let row${q} = line${q} % params.outHeight * params.stride + rowShift;
let column${q} = n${q} % params.outWidth * params.stride + columnShift;
let fits${q} = made${q} & (row${q} < params.height) & (column${q} < params.width);
let at${q} = select(0u, line${q} / params.outHeight * stored + (row${q} >> params.up) * storedRow + (column${q} >> params.up) * params.ins, fits${q});`;
}

/** WGSL: what the pixels of a step add to the sums of a group of output channels. */
function products(cells: readonly (readonly [number, number, number])[], group: number): string {
  const slopes = range(PIXELS).map((q) => `let d${q} = select(0.0, dy[to${q} + out${group}], made${q});`);
  const terms = (g: number, k: number) => range(PIXELS).map((q) => `d${q} * x${q}_${g}_${k}`);
  const adds = cells
    .filter(([, , c]) => c === group)
    .map(([g, k, c]) => `${sum(g, k, c)} += ${terms(g, k).join(' + ')};`);
  const bias = `bias${group} += ${range(PIXELS)
    .map((q) => `d${q}`)
    .join(' + ')};`;
  return `{\n${[...slopes, ...adds, bias].join('\n')}\n}`;
}

function store(quads: boolean): string {
  const slots = slotsOf(quads);
  const cells = cellsOf(quads);
  return `var all: array<f32, ${cells.length}>;
${cells.map(([g, k, c], n) => `all[${n}] = ${sum(g, k, c)};`).join('\n')}
var slots = array<u32, ${slots.length}>(${slots.map((k) => `slot_${k}`).join(', ')});
for (var n = 0u; n < ${cells.length}u; n++) {
  let o = firstOut + n % ${OUT_GROUPS}u * ${QUAD}u;
  let i = firstIn + n / ${slots.length * OUT_GROUPS}u * ${QUAD}u + slots[n / ${OUT_GROUPS}u % ${slots.length}u];
  if ((i < params.ins) & (o < params.outs)) {
    let to = ((split * taps + tap) * params.ins + i) * params.outs + o;
    ${PUT_SUM}
  }
}`;
}
