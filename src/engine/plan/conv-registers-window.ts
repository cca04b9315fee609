// The 3x3 convolution of stride 1 for GPUs in software, forward and, with its taps turned round, backward to its input.
// A quad makes 4 rows x 8 columns x 16 channels: three taps of a row share what is loaded. Not here: other strides
// (conv-registers-taps.ts), biases (conv-registers-seed.ts).
import { lines, range, SLOTS, slots, spread, TILE_OF_GROUP } from './conv-registers-quads.ts';
import { gridOf, type Kernel, kernel, type Value } from './kernel.ts';

const ROWS = 4;
const COLUMNS = 8;
const OUT_GROUPS = 4;
const OUTS_PER_TILE = 4 * OUT_GROUPS;
const TAPS = 3;

/** Where an element of the weight lies, by its tap, the channel that is summed over and the channel that is made. */
export interface WeightStrides {
  base: number;
  perRow: number;
  perColumn: number;
  perIn: number;
  perOut: number;
}

export interface WindowGeometry {
  batch: number;
  /** Of the picture that the taps walk over; half as high and wide in memory with `upsample`. */
  height: number;
  width: number;
  upsample: boolean;
  outHeight: number;
  outWidth: number;
  /** How far the first tap lies before the output's own pixel, both ways. */
  padBefore: number;
  /** Channels summed over, and channels made. */
  ins: number;
  outs: number;
  strides: WeightStrides;
}

export interface WindowValues {
  source: Value;
  weight: Value;
  target: Value;
  /** Whether the sums are added to what the target holds. */
  keep: boolean;
}

/** target[b, row, column, o] = (target) + sum of source[b, row + h - pad, column + w - pad, i] weight[h, w, i, o]. */
export function windowConvolution(op: string, geometry: WindowGeometry, values: WindowValues): Kernel {
  const { batch, height, width, upsample, outHeight, outWidth, padBefore, ins, outs, strides } = geometry;
  const across = Math.ceil(outWidth / COLUMNS);
  const down = Math.ceil(outHeight / ROWS);
  const tiles = batch * down * across * Math.ceil(outs / OUTS_PER_TILE);
  const { source, weight, target, keep } = values;
  return kernel('registers', {
    op,
    bindings: {
      source: { value: source, access: 'read' },
      weights: { value: weight, access: 'read' },
      output: { value: target, access: keep ? 'update' : 'write' },
    },
    params: {
      ...{ tiles, across, down, batch, height, width, outHeight, outWidth, padBefore, ins, outs },
      up: Number(upsample),
      keep: Number(keep),
      ...wrapped(strides),
    },
    workgroupSize: [4, 1, 1],
    workgroups: gridOf(tiles, 1),
    body: body(false),
    quadBody: body(true),
    flops: 2 * batch * outHeight * outWidth * ins * outs * TAPS * TAPS,
  });
}

/** Strides as u32, which wrap around as negative ones should. */
export const wrapped = ({ base, perRow, perColumn, perIn, perOut }: WeightStrides) => ({
  ...{ base: base >>> 0, perRow: perRow >>> 0, perColumn: perColumn >>> 0 },
  ...{ perIn: perIn >>> 0, perOut: perOut >>> 0 },
});

const pixels = range(ROWS).flatMap((r) => range(COLUMNS).map((q) => [r, q] as const));
const sum = (r: number, q: number, c: number) => `sum${r}_${q}_${c}`;

function body(quads: boolean): string {
  return `
${TILE_OF_GROUP}
let spots = params.across * params.down * params.batch;
let spot = tile % spots;
let left = (spot % params.across) * ${COLUMNS}u;
let top = (spot / params.across % params.down) * ${ROWS}u;
let image = spot / params.across / params.down;
let first = tile / spots * ${OUTS_PER_TILE}u + lane;
${slots(quads)}
${lines(range(OUT_GROUPS), (c) => `let out${c} = min(first + ${4 * c}u, params.outs - 1u) * params.perOut + params.base;`)}
${lines(range(COLUMNS + TAPS - 1), (j) => `let column${j} = left + ${j}u - params.padBefore; let inside${j} = column${j} < params.width; let at${j} = select(0u, (column${j} >> params.up) * params.ins, inside${j});`)}
let stored = (params.height >> params.up) * (params.width >> params.up) * params.ins;
let storedRow = (params.width >> params.up) * params.ins;
let second = params.perColumn;
let third = 2u * params.perColumn;
${lines(pixels, ([r, q]) =>
  range(OUT_GROUPS)
    .map((c) => `var ${sum(r, q, c)} = 0.0;`)
    .join(' '),
)}
for (var h = 0u; h < ${TAPS}u; h++) {
${lines(range(ROWS), (r) => `let row${r} = top + ${r}u + h - params.padBefore; let fits${r} = row${r} < params.height; let line${r} = image * stored + select(0u, row${r} >> params.up, fits${r}) * storedRow;`)}
let tap = h * params.perRow;
for (var i = 0u; i < params.ins; i += ${SLOTS}u) {
${lines(range(SLOTS), (k) => `let is${k} = i + slot${k} < params.ins; let in${k} = min(i + slot${k}, params.ins - 1u); let by${k} = tap + in${k} * params.perIn;`)}
${lines(range(ROWS), (r) => lines(range(COLUMNS + TAPS - 1), (j) => spread(quads, `x${r}_${j}`, (k) => `select(0.0, source[line${r} + at${j} + in${k}], fits${r} & inside${j} & is${k})`)))}
${lines(range(OUT_GROUPS), (c) => lines(range(TAPS), (t) => products(c, t)))}
}
}
${store()}`;
}

/** What tap t of the row adds to the sums of the tile's channels c, one after another so that the weights stay in registers. */
function products(c: number, t: number): string {
  const shift = ['', ' + second', ' + third'][t] as string;
  const weights = range(SLOTS).map((k) => `let w${k} = weights[by${k} + out${c}${shift}];`);
  const terms = (r: number, q: number) => range(SLOTS).map((k) => `w${k} * x${r}_${q + t}_${k}`);
  return `{
${weights.join(' ')}
${lines(pixels, ([r, q]) => `${sum(r, q, c)} += ${terms(r, q).join(' + ')};`)}
}`;
}

/** A store is as much code as a load: one in a loop over an array keeps the shader, and its compilation, short. */
function store(): string {
  return `var sums: array<f32, ${ROWS * COLUMNS * OUT_GROUPS}>;
${lines(pixels, ([r, q]) =>
  range(OUT_GROUPS)
    .map((c) => `sums[${(r * COLUMNS + q) * OUT_GROUPS + c}] = ${sum(r, q, c)};`)
    .join(' '),
)}
for (var n = 0u; n < ${ROWS * COLUMNS * OUT_GROUPS}u; n++) {
  let row = top + n / ${COLUMNS * OUT_GROUPS}u;
  let column = left + n / ${OUT_GROUPS}u % ${COLUMNS}u;
  let o = first + n % ${OUT_GROUPS}u * 4u;
  if (row < params.outHeight && column < params.outWidth && o < params.outs) {
    let to = ((image * params.outHeight + row) * params.outWidth + column) * params.outs + o;
    var result = sums[n];
    if (params.keep != 0u) { result += output[to]; }
    output[to] = result;
  }
}`;
}
