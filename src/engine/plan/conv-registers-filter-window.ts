// One split of the weight gradient of a 3x3 convolution of stride 1, for GPUs in software. A quad sums all nine taps of
// 4 x 16 channels, 8 pixels of a row at a time. Not here: how the splits are added (conv-registers-filter.ts).
import type { ConvGeometry } from './conv.ts';
import { lines, range, SLOTS, slots, spread, TILE_OF_GROUP } from './conv-registers-quads.ts';
import { gridOf, type Kernel, kernel, type Value } from './kernel.ts';

const COLUMNS = 8;
const OUT_GROUPS = 4;
const OUTS_PER_TILE = 4 * OUT_GROUPS;
const TAPS = 3;

/** How a shape is cut: tiles of the weight, and steps that a tile takes over the pixels. */
export interface FilterPlan {
  tiles(geometry: ConvGeometry): number;
  steps(geometry: ConvGeometry): number;
}

export const FILTER_WINDOW: FilterPlan = {
  tiles: ({ ins, outs }) => Math.ceil(ins / SLOTS) * Math.ceil(outs / OUTS_PER_TILE),
  steps: ({ batch, outHeight, outWidth }) => batch * outHeight * Math.ceil(outWidth / COLUMNS),
};

export interface FilterValues {
  x: Value;
  dy: Value;
  control: Value;
  /** Partial sums, or the gradient itself where there is one split. */
  target: Value;
}

export function filterWindow(geometry: ConvGeometry, splits: number, values: FilterValues): Kernel {
  const { batch, height, width, ins, outs, outHeight, outWidth, padBefore, upsample } = geometry;
  const steps = FILTER_WINDOW.steps(geometry);
  const tiles = splits * FILTER_WINDOW.tiles(geometry);
  return kernel('registers', {
    op: 'conv filter gradient',
    bindings: filterBindings(splits, values),
    params: {
      ...{ tiles, steps, height, width, outHeight, outWidth, padBefore, ins, outs },
      stepsPerSplit: Math.ceil(steps / splits),
      across: Math.ceil(outWidth / COLUMNS),
      inTiles: Math.ceil(ins / SLOTS),
      outTiles: Math.ceil(outs / OUTS_PER_TILE),
      up: Number(upsample),
      whole: Number(splits === 1),
    },
    workgroupSize: [4, 1, 1],
    workgroups: gridOf(tiles, 1),
    body: body(false),
    quadBody: body(true),
    flops: 2 * batch * outHeight * outWidth * ins * outs * TAPS * TAPS,
  });
}

export const filterBindings = (splits: number, { x, dy, control, target }: FilterValues) =>
  ({
    source: { value: x, access: 'read' },
    dy: { value: dy, access: 'read' },
    control: { value: control, access: 'read', type: 'u32' },
    sums: { value: target, access: splits === 1 ? 'update' : 'write' },
  }) as const;

const cells = range(TAPS).flatMap((h) =>
  range(TAPS).flatMap((t) => range(SLOTS).map((k) => [h, t, k] as const)),
);
const sum = (h: number, t: number, k: number, c: number) => `sum${h}_${t}_${k}_${c}`;

function body(quads: boolean): string {
  return `
${TILE_OF_GROUP}
let firstIn = tile % params.inTiles * ${SLOTS}u;
let firstOut = tile / params.inTiles % params.outTiles * ${OUTS_PER_TILE}u + lane;
let split = tile / params.inTiles / params.outTiles;
${slots(quads)}
${lines(range(SLOTS), (k) => `let in${k} = min(firstIn + slot${k}, params.ins - 1u);`)}
${lines(range(OUT_GROUPS), (c) => `let out${c} = min(firstOut + ${4 * c}u, params.outs - 1u);`)}
let storedRow = (params.width >> params.up) * params.ins;
let stored = (params.height >> params.up) * storedRow;
${lines(cells, ([h, t, k]) =>
  range(OUT_GROUPS)
    .map((c) => `var ${sum(h, t, k, c)} = 0.0;`)
    .join(' '),
)}
let last = min((split + 1u) * params.stepsPerSplit, params.steps);
for (var step = split * params.stepsPerSplit; step < last; step++) {
let line = step / params.across;
let left = step % params.across * ${COLUMNS}u;
let image = line / params.outHeight * stored;
let top = line % params.outHeight;
${lines(range(TAPS), (h) => `let row${h} = top + ${h}u - params.padBefore; let fits${h} = row${h} < params.height; let line${h} = image + select(0u, row${h} >> params.up, fits${h}) * storedRow;`)}
${lines(range(COLUMNS + TAPS - 1), (j) => `let column${j} = left + ${j}u - params.padBefore; let inside${j} = column${j} < params.width; let at${j} = select(0u, (column${j} >> params.up) * params.ins, inside${j});`)}
${lines(range(TAPS), (h) => lines(range(COLUMNS + TAPS - 1), (j) => spread(quads, `x${h}_${j}`, (k) => `select(0.0, source[line${h} + at${j} + in${k}], fits${h} & inside${j})`)))}
${lines(range(COLUMNS), (q) => `let made${q} = left + ${q}u < params.outWidth; let to${q} = (line * params.outWidth + select(0u, left + ${q}u, made${q})) * params.outs;`)}
${lines(range(OUT_GROUPS), products)}
}
${store()}`;
}

/** What 8 pixels add to the sums of the tile's channels c. */
function products(c: number): string {
  const slopes = range(COLUMNS).map((q) => `let d${q} = select(0.0, dy[to${q} + out${c}], made${q});`);
  const terms = (h: number, t: number, k: number) => range(COLUMNS).map((q) => `d${q} * x${h}_${q + t}_${k}`);
  return `{
${slopes.join('\n')}
${lines(cells, ([h, t, k]) => `${sum(h, t, k, c)} += ${terms(h, t, k).join(' + ')};`)}
}`;
}

function store(): string {
  const count = cells.length * OUT_GROUPS;
  return `var all: array<f32, ${count}>;
${lines(cells, ([h, t, k]) =>
  range(OUT_GROUPS)
    .map((c) => `all[${((h * TAPS + t) * SLOTS + k) * OUT_GROUPS + c}] = ${sum(h, t, k, c)};`)
    .join(' '),
)}
for (var n = 0u; n < ${count}u; n++) {
  let o = firstOut + n % ${OUT_GROUPS}u * 4u;
  let slot = slot0 ^ (n / ${OUT_GROUPS}u % ${SLOTS}u);
  let i = firstIn + slot;
  let tap = n / ${SLOTS * OUT_GROUPS}u;
  if (i < params.ins && o < params.outs) {
    let to = ((split * ${TAPS * TAPS}u + tap) * params.ins + i) * params.outs + o;
    var result = all[n];
    if (params.whole != 0u && control[0] != 0u) { result += sums[to]; }
    sums[to] = result;
  }
}`;
}
