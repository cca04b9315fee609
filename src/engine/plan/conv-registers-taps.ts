// The convolution for GPUs in software tap by tap: 1x1 (matrix products), stride 2, and backward through stride 2, where a
// quarter of the pixels at a time has the same taps. A quad makes 32 pixels x 16 channels. Not here: 3x3 of stride 1, where
// taps share what they load (conv-registers-window.ts).
import { lines, range, SLOTS, slots, spread, TILE_OF_GROUP } from './conv-registers-quads.ts';
import { type WeightStrides, type WindowValues, wrapped } from './conv-registers-window.ts';
import { gridOf, type Kernel, kernel } from './kernel.ts';

const PIXELS = 32;
const OUT_GROUPS = 4;
const OUTS_PER_TILE = 4 * OUT_GROUPS;

/** The pixels that are made: [rows, columns] of each picture, every `step`th from (`row`, `column`) on. */
export interface Made {
  rows: number;
  columns: number;
  step: number;
  row: number;
  column: number;
}

export interface TapsGeometry {
  batch: number;
  /** Of the picture that the taps walk over; half as high and wide in memory with `upsample`. */
  height: number;
  width: number;
  upsample: boolean;
  outHeight: number;
  outWidth: number;
  ins: number;
  outs: number;
  made: Made;
  /** Tap (h, w) of made pixel (r, c) reads source pixel (r stride + rowShift + h tapStep, c stride + columnShift + w tapStep). */
  stride: number;
  tapStep: number;
  tapsDown: number;
  tapsAcross: number;
  rowShift: number;
  columnShift: number;
  strides: WeightStrides;
}

/** target[b, r step + row, c step + column, o] = (target) + the sum over taps and channels, for all r and c made. */
export function tapConvolution(op: string, geometry: TapsGeometry, values: WindowValues): Kernel {
  const { batch, height, width, upsample, outHeight, outWidth, ins, outs, made } = geometry;
  const { stride, tapStep, tapsDown, tapsAcross, rowShift, columnShift, strides } = geometry;
  const count = batch * made.rows * made.columns;
  const tiles = Math.ceil(count / PIXELS) * Math.ceil(outs / OUTS_PER_TILE);
  const { source, weight, target, keep } = values;
  return kernel('registers', {
    op,
    bindings: {
      source: { value: source, access: 'read' },
      weights: { value: weight, access: 'read' },
      output: { value: target, access: keep || made.step > 1 ? 'update' : 'write' },
    },
    params: {
      ...{ tiles, count, height, width, outHeight, outWidth, ins, outs, stride, tapsAcross },
      ...{ rows: made.rows, columns: made.columns, step: made.step, row: made.row, column: made.column },
      ...{ taps: tapsDown * tapsAcross, tapStep: tapStep >>> 0 },
      ...{ rowShift: rowShift >>> 0, columnShift: columnShift >>> 0 },
      up: Number(upsample),
      keep: Number(keep),
      ...wrapped(strides),
    },
    workgroupSize: [4, 1, 1],
    workgroups: gridOf(tiles, 1),
    body: body(false),
    quadBody: body(true),
    flops: 2 * count * ins * outs * tapsDown * tapsAcross,
  });
}

const sum = (p: number, c: number) => `sum${p}_${c}`;

function body(quads: boolean): string {
  return `
${TILE_OF_GROUP}
let spots = (params.count + ${PIXELS - 1}u) / ${PIXELS}u;
let start = tile % spots * ${PIXELS}u;
let first = tile / spots * ${OUTS_PER_TILE}u + lane;
${slots(quads)}
${lines(range(OUT_GROUPS), (c) => `let out${c} = min(first + ${4 * c}u, params.outs - 1u) * params.perOut + params.base;`)}
let stored = (params.height >> params.up) * (params.width >> params.up) * params.ins;
let storedRow = (params.width >> params.up) * params.ins;
${lines(range(PIXELS), (p) => `let n${p} = min(start + ${p}u, params.count - 1u); let m${p} = n${p} / params.columns; let c${p} = n${p} % params.columns * params.stride + params.columnShift; let r${p} = m${p} % params.rows * params.stride + params.rowShift; let b${p} = m${p} / params.rows * stored;`)}
${lines(range(PIXELS), (p) =>
  range(OUT_GROUPS)
    .map((c) => `var ${sum(p, c)} = 0.0;`)
    .join(' '),
)}
for (var t = 0u; t < params.taps; t++) {
let h = t / params.tapsAcross;
let w = t % params.tapsAcross;
let down = h * params.tapStep;
let right = w * params.tapStep;
let tap = h * params.perRow + w * params.perColumn;
${lines(range(PIXELS), (p) => `let fits${p} = (r${p} + down < params.height) & (c${p} + right < params.width); let at${p} = b${p} + select(0u, ((r${p} + down) >> params.up) * storedRow + ((c${p} + right) >> params.up) * params.ins, fits${p});`)}
for (var i = 0u; i < params.ins; i += ${SLOTS}u) {
${lines(range(SLOTS), (k) => `let is${k} = i + slot${k} < params.ins; let in${k} = min(i + slot${k}, params.ins - 1u); let by${k} = tap + in${k} * params.perIn;`)}
${lines(range(PIXELS), (p) => spread(quads, `x${p}`, (k) => `select(0.0, source[at${p} + in${k}], fits${p} & is${k})`))}
${lines(range(OUT_GROUPS), products)}
}
}
${store()}`;
}

function products(c: number): string {
  const weights = range(SLOTS).map((k) => `let w${k} = weights[by${k} + out${c}];`);
  const terms = (p: number) => range(SLOTS).map((k) => `w${k} * x${p}_${k}`);
  return `{
${weights.join(' ')}
${lines(range(PIXELS), (p) => `${sum(p, c)} += ${terms(p).join(' + ')};`)}
}`;
}

function store(): string {
  return `var sums: array<f32, ${PIXELS * OUT_GROUPS}>;
${lines(range(PIXELS), (p) =>
  range(OUT_GROUPS)
    .map((c) => `sums[${p * OUT_GROUPS + c}] = ${sum(p, c)};`)
    .join(' '),
)}
for (var s = 0u; s < ${PIXELS * OUT_GROUPS}u; s++) {
  let n = start + s / ${OUT_GROUPS}u;
  let o = first + s % ${OUT_GROUPS}u * 4u;
  if (n < params.count && o < params.outs) {
    let line = n / params.columns;
    let row = line % params.rows * params.step + params.row;
    let column = n % params.columns * params.step + params.column;
    let to = ((line / params.rows * params.outHeight + row) * params.outWidth + column) * params.outs + o;
    var result = sums[s];
    if (params.keep != 0u) { result += output[to]; }
    output[to] = result;
  }
}`;
}
