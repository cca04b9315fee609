// The convolution tap by tap, for GPUs in software: 1x1 (matrix products), stride 2, and the input gradient
// of stride 2, where each quarter of the pixels has the same taps. A quad computes 4 x 8 pixels of 16
// channels. Not here: 3x3 of stride 1, where taps share the pixels they load (window.ts).
import {
  addAndStore,
  type Ends,
  endBindings,
  endParams,
  QUAD,
  type QuadTarget,
  slotsOf,
  spread,
  starts,
  TILE_OF_GROUP,
  type WeightStrides,
  wrapped,
} from './quads.ts';
import { lines, range } from '../../wgsl-text.ts';
import { gridOf, type Kernel, kernel } from '../../kernel.ts';
import { elementsOf } from '../../value.ts';

/** Output pixels of a tile. */
const ROWS = 4;
const COLUMNS = 8;
/** Quads of output channels of a tile. */
const OUT_GROUPS = 4;
const OUTS_PER_TILE = QUAD * OUT_GROUPS;

/**
 * The output pixels of a kernel: in each picture rows x columns pixels, every `step`th from (row, column) on.
 */
interface OutputGrid {
  rows: number;
  columns: number;
  step: number;
  row: number;
  column: number;
}

export interface TapsGeometry {
  batch: number;
  /** Size of the picture over which the filter slides; with `upsample` the source has half that size. */
  height: number;
  width: number;
  upsample: boolean;
  outHeight: number;
  outWidth: number;
  /** Channels summed over, and channels computed. */
  ins: number;
  outs: number;
  output: OutputGrid;
  /**
   * Tap (h, w) of pixel (r, c) of the output grid reads source pixel
   * (r stride + rowShift + h tapStep, c stride + columnShift + w tapStep).
   */
  stride: number;
  tapStep: number;
  tapsDown: number;
  tapsAcross: number;
  rowShift: number;
  columnShift: number;
  strides: WeightStrides;
}

/**
 * Geometry of `pixels` pixels, or rows of a matrix, as one picture as wide as a tile; its last row may be
 * short.
 */
export function asOnePicture(pixels: number) {
  const size = { height: Math.ceil(pixels / COLUMNS), width: COLUMNS };
  return { batch: 1, ...size, outHeight: size.height, outWidth: COLUMNS };
}

/**
 * target[b, r step + row, c step + column, o], for every r and c of the output grid, = the sum over taps (h,
 * w) and channels i of source[...] weight[h, w, i, o], plus the other operands. Outside the picture the
 * source is zero.
 */
export function tapConvolution(
  { subgroups }: QuadTarget,
  op: string,
  geometry: TapsGeometry,
  ends: Ends,
): Kernel {
  const { batch, height, width, upsample, outHeight, outWidth, ins, outs, output } = geometry;
  const { stride, tapStep, tapsDown, tapsAcross, rowShift, columnShift, strides } = geometry;
  const across = Math.ceil(output.columns / COLUMNS);
  const down = Math.ceil(output.rows / ROWS);
  const tiles = batch * down * across * Math.ceil(outs / OUTS_PER_TILE);
  const bindings = endBindings(ends);
  return kernel('registers', {
    op,
    // With step 2 the kernel writes a quarter of the target and has to keep the rest, so the access is
    // `update`.
    bindings: output.step > 1 ? { ...bindings, output: { value: ends.target, access: 'update' } } : bindings,
    params: {
      ...{ tiles, across, down, batch, height, width, outHeight, outWidth, ins, outs, stride, tapsAcross },
      ...{ rows: output.rows, columns: output.columns, step: output.step },
      ...{ row: output.row, column: output.column },
      ...{ taps: tapsDown * tapsAcross, tapStep: tapStep >>> 0 },
      ...{ rowShift: rowShift >>> 0, columnShift: columnShift >>> 0 },
      up: Number(upsample),
      elements: elementsOf(ends.target),
      ...wrapped(strides),
      ...endParams(ends),
    },
    workgroupSize: [QUAD, 1, 1],
    workgroups: gridOf(tiles, 1),
    body: body(subgroups),
    quads: subgroups,
    flops: 2 * batch * output.rows * output.columns * ins * outs * tapsDown * tapsAcross,
  });
}

const pixels = range(ROWS).flatMap((r) => range(COLUMNS).map((q) => [r, q] as const));
const sum = (r: number, q: number, c: number) => `sum${r}_${q}_${c}`;

function body(quads: boolean): string {
  const slots = slotsOf(quads);
  return `
${TILE_OF_GROUP}
let spots = params.across * params.down * params.batch;
let spot = tile % spots;
let left = (spot % params.across) * ${COLUMNS}u;
let top = (spot / params.across % params.down) * ${ROWS}u;
let image = spot / params.across / params.down;
let first = tile / spots * ${OUTS_PER_TILE}u + lane;
${spread(quads, 'slot', quads ? `lane % ${QUAD}u` : '0u')}
let storedRow = (params.width >> params.up) * params.ins;
let stored = image * (params.height >> params.up) * storedRow;
${lines(range(OUT_GROUPS), (c) => `let out${c} = min(first + ${QUAD * c}u, params.outs - 1u) * params.perOut + params.base;`)}
${starts(OUT_GROUPS)}
${lines(pixels, ([r, q]) =>
  range(OUT_GROUPS)
    .map((c) => `var ${sum(r, q, c)} = start${c};`)
    .join(' '),
)}
for (var t = 0u; t < params.taps; t++) {
let h = t / params.tapsAcross;
let w = t % params.tapsAcross;
let firstRow = top * params.stride + params.rowShift + h * params.tapStep;
let firstColumn = left * params.stride + params.columnShift + w * params.tapStep;
let tap = h * params.perRow + w * params.perColumn;
${lines(range(ROWS), (r) => `let row${r} = firstRow + ${r}u * params.stride; let fits${r} = row${r} < params.height; let line${r} = stored + select(0u, row${r} >> params.up, fits${r}) * storedRow;`)}
${lines(range(COLUMNS), (q) => `let column${q} = firstColumn + ${q}u * params.stride; let inside${q} = column${q} < params.width; let at${q} = select(0u, column${q} >> params.up, inside${q}) * params.ins;`)}
for (var i = 0u; i < params.ins; i += ${slots.length}u) {
let there = i + slot_0 < params.ins;
${lines(slots, (k) => `let in${k} = min(i + slot_${k}, params.ins - 1u); let by${k} = tap + in${k} * params.perIn;`)}
${lines(pixels, ([r, q]) => spread(quads, `x${r}_${q}`, `select(0.0, source[line${r} + at${q} + in0], fits${r} & inside${q} & there)`))}
${lines(range(OUT_GROUPS), (c) => products(slots, c))}
}
}
${storing()}`;
}

function products(slots: readonly number[], c: number): string {
  const weights = slots.map((k) => `let w${k} = weights[by${k} + out${c}];`);
  const terms = (r: number, q: number) => slots.map((k) => `w${k} * x${r}_${q}_${k}`);
  return `{
${weights.join(' ')}
${lines(pixels, ([r, q]) => `${sum(r, q, c)} += ${terms(r, q).join(' + ')};`)}
}`;
}

/**
 * WGSL that stores the sums. With few input channels, storing takes as long as multiplying, so every pixel
 * has stores of its own. Only if a value in memory is added, or the tile ends beyond the last channel, the
 * stores are in a loop over an array: a quarter of the code, twice the time.
 */
function storing(): string {
  const groups = range(OUT_GROUPS);
  const at = (r: number, q: number, c: number) => (r * COLUMNS + q) * OUT_GROUPS + c;
  const own = ([r, q]: readonly [number, number]) => `{
  let to = line${r} + along${q};
  if ((top + ${r}u < params.rows) & (left + ${q}u < params.columns) & (to < params.elements)) {
    ${groups.map((c) => `output[to + ${QUAD * c}u] = ${sum(r, q, c)};`).join(' ')}
  }
}`;
  return `let down = params.step * params.outWidth * params.outs;
let right = params.step * params.outs;
let corner = ((image * params.outHeight + params.row) * params.outWidth + params.column) * params.outs + top * down + left * right + first;
if (((params.adds & 12u) == 0u) & (first - lane + ${OUTS_PER_TILE}u <= params.outs)) {
${lines(range(ROWS), (r) => `let line${r} = corner + ${r}u * down;`)}
${lines(range(COLUMNS), (q) => `let along${q} = ${q}u * right;`)}
${lines(pixels, own)}
} else {
var all: array<f32, ${pixels.length * OUT_GROUPS}>;
${lines(pixels, ([r, q]) => groups.map((c) => `all[${at(r, q, c)}] = ${sum(r, q, c)};`).join(' '))}
for (var n = 0u; n < ${pixels.length}u; n++) {
  let r = n / ${COLUMNS}u;
  let q = n % ${COLUMNS}u;
  let to = corner + r * down + q * right;
  if ((top + r < params.rows) & (left + q < params.columns) & (to < params.elements)) {
    ${addAndStore(groups.map((c) => `all[${OUT_GROUPS}u * n + ${c}u]`))}
  }
}
}`;
}
