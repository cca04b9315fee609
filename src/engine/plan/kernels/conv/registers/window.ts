// The 3x3 convolution of stride 1 for GPUs in software: Winograd F(2x2, 3x3) in registers. Serves the forward
// pass and, with the filter rotated by 180 degrees, the input gradient. A quad computes 8 x 8 pixels of 16
// or 8 channels. Not here: 1x1 and stride 2 (taps.ts), the transforms (winograd.ts).
//
// Measured on SwiftShader, 64 to 64 channels at 32x32, batch 4, CPU time: 31 ms; direct convolution by nine
// taps: 42 ms.
import { convFlops } from '../geometry.ts';
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
import { alongColumns, alongRows, ofPixels, ofTaps, toOutputs } from './winograd.ts';
import { gridOf, type Kernel, kernel } from '../../kernel.ts';

/** Output pixels of a tile, along each axis. */
const EDGE = 8;
/** Squares of 2x2 outputs of a tile, along each axis. */
const SQUARES = EDGE / 2;
/** From so many floating-point operations on, tiles of four quads earn the seconds that they compile for. */
const MUCH_WORK = 2 ** 24;
/**
 * Quads of output channels of a tile: four, which share the pixels that are loaded and transformed; two where
 * half of the last four would be empty or there is little to compute. Each sum has the same bits. Measured on
 * SwiftShader, the 3x3 convolutions of `text-tiny` and their input gradients, processor time: 455 ms by twos,
 * 371 by fours.
 */
const groupsOf = (outs: number, flops: number): number =>
  (outs - 1) % (4 * QUAD) < 2 * QUAD || flops < MUCH_WORK ? 2 : 4;
/** Taps along each axis. */
const TAPS = 3;

export interface WindowGeometry {
  batch: number;
  /** Size of the picture over which the filter slides; with `upsample` the source has half that size. */
  height: number;
  width: number;
  upsample: boolean;
  outHeight: number;
  outWidth: number;
  /** Distance of the first tap before the output pixel, along each axis: 0..2. */
  padBefore: number;
  /** Channels summed over, and channels computed. */
  ins: number;
  outs: number;
  strides: WeightStrides;
}

/**
 * target[b, row, column, o] = the sum over h, w and i of source[b, row + h - pad, column + w - pad, i]
 * weight[h, w, i, o], plus the other operands. Outside the picture the source is zero.
 */
export function windowConvolution(
  { subgroups }: QuadTarget,
  op: string,
  geometry: WindowGeometry,
  ends: Ends,
): Kernel {
  const { batch, height, width, upsample, outHeight, outWidth, padBefore, ins, outs, strides } = geometry;
  const flops = convFlops({ ...geometry, kernel: TAPS });
  const groups = groupsOf(outs, flops);
  const across = Math.ceil(outWidth / EDGE);
  const down = Math.ceil(outHeight / EDGE);
  const tiles = batch * down * across * Math.ceil(outs / (QUAD * groups));
  return kernel('registers', {
    op,
    bindings: endBindings(ends),
    params: {
      ...{ tiles, across, down, batch, height, width, outHeight, outWidth, padBefore, ins, outs },
      up: Number(upsample),
      ...wrapped(strides),
      ...endParams(ends),
    },
    workgroupSize: [QUAD, 1, 1],
    workgroups: gridOf(tiles, 1),
    body: body(subgroups, range(groups)),
    quads: subgroups,
    flops,
  });
}

const HALO = range(EDGE + TAPS - 1);
const squares = range(SQUARES).flatMap((a) => range(SQUARES).map((b) => [a, b] as const));
const sum = (row: number, column: number, c: number) => `sum${row}_${column}_${c}`;
const places = range(EDGE).flatMap((row) => range(EDGE).map((column) => [row, column] as const));

/** `groups`: the quads of output channels, 0, 1, ... */
function body(quads: boolean, groups: readonly number[]): string {
  const slots = slotsOf(quads);
  return `
${TILE_OF_GROUP}
let spots = params.across * params.down * params.batch;
let spot = tile % spots;
let left = (spot % params.across) * ${EDGE}u;
let top = (spot / params.across % params.down) * ${EDGE}u;
let image = spot / params.across / params.down;
let first = tile / spots * ${QUAD * groups.length}u + lane;
${spread(quads, 'slot', quads ? `lane % ${QUAD}u` : '0u')}
let storedRow = (params.width >> params.up) * params.ins;
let stored = image * (params.height >> params.up) * storedRow;
${lines(HALO, (j) => `let row${j} = top + ${j}u - params.padBefore; let fits${j} = row${j} < params.height; let line${j} = stored + select(0u, row${j} >> params.up, fits${j}) * storedRow;`)}
${lines(HALO, (j) => `let column${j} = left + ${j}u - params.padBefore; let inside${j} = column${j} < params.width; let at${j} = select(0u, column${j} >> params.up, inside${j}) * params.ins;`)}
${lines(range(TAPS * TAPS), (t) => `let tap${t} = params.base + ${Math.floor(t / TAPS)}u * params.perRow + ${t % TAPS}u * params.perColumn;`)}
${lines(
  groups,
  (c) =>
    `let out${c} = min(first + ${QUAD * c}u, params.outs - 1u) * params.perOut; ${range(TAPS * TAPS)
      .map((t) => `let tap${t}_${c} = tap${t} + out${c};`)
      .join(' ')}`,
)}
${starts(groups.length)}
${lines(places, ([row, column]) => groups.map((c) => `var ${sum(row, column, c)} = start${c};`).join(' '))}
for (var i = 0u; i < params.ins; i += ${slots.length}u) {
let there = i + slot_0 < params.ins;
${lines(slots, (k) => `let in${k} = min(i + slot_${k}, params.ins - 1u); let by${k} = in${k} * params.perIn;`)}
${lines(HALO, (r) => `let start_${r} = line${r} + in0; let good${r} = fits${r} & there; ${HALO.map((j) => `let x${r}_${j} = select(0.0, source[start_${r} + at${j}], good${r} & inside${j});`).join(' ')}`)}
${lines(range(SQUARES), (a) => alongColumns(ofPixels, [4, HALO.length], (r, j) => `x${2 * a + r}_${j}`, `v${a}_`))}
${lines(squares, ([a, b]) => pixels(quads, a, b))}
${lines(groups, (c) => products(slots, c))}
}
${storing(groups)}`;
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

/**
 * WGSL: what the input channels of a quad add to the sums of output channel group c. The outer loop is over
 * the 16 transformed positions (frequencies), so that the transformed weights of a position stay in
 * registers.
 */
function products(slots: readonly number[], c: number): string {
  const taps = lines(slots, (k) =>
    [
      range(TAPS * TAPS)
        .map((t) => `let w${t}_${k} = weights[by${k} + tap${t}_${c}];`)
        .join(' '),
      alongColumns(ofTaps, [TAPS, TAPS], (row, column) => `w${TAPS * row + column}_${k}`, `u${k}_`),
    ].join('\n'),
  );
  const frequencies = range(4).flatMap((row) => {
    const weights = slots.map((k) => ofTaps(range(TAPS).map((column) => `u${k}_${row}_${column}`)));
    return [
      ...weights.flatMap((values, k) =>
        values.map((value, column) => `let g${row}_${column}_${k} = ${value};`),
      ),
      ...range(4).flatMap((column) =>
        squares.map(([a, b]) => {
          const terms = slots.map((k) => `g${row}_${column}_${k} * d${a}_${b}_${row}_${column}_${k}`);
          return `let m${a}_${b}_${row}_${column} = ${terms.join(' + ')};`;
        }),
      ),
    ];
  });
  return `{\n${[taps, ...frequencies, lines(squares, ([a, b]) => outputs(a, b, c))].join('\n')}\n}`;
}

function outputs(a: number, b: number, c: number): string {
  const columns = alongColumns(toOutputs, [4, 4], (row, column) => `m${a}_${b}_${row}_${column}`, 'e');
  const rows = alongRows(toOutputs, [2, 4], (row, column) => `e${row}_${column}`);
  const adds = rows.flatMap((row, r) =>
    row.map((value, q) => `${sum(2 * a + r, 2 * b + q, c)} += ${value};`),
  );
  return `{\n${columns}\n${adds.join('\n')}\n}`;
}

/**
 * WGSL that stores the sums. A loop over an array is slower than 128 single stores, but a quarter of the
 * code.
 */
function storing(groups: readonly number[]): string {
  const at = (row: number, column: number, c: number) => (row * EDGE + column) * groups.length + c;
  return `var all: array<f32, ${places.length * groups.length}>;
${lines(places, ([row, column]) => groups.map((c) => `all[${at(row, column, c)}] = ${sum(row, column, c)};`).join(' '))}
for (var n = 0u; n < ${places.length}u; n++) {
  let row = top + n / ${EDGE}u;
  let column = left + n % ${EDGE}u;
  if ((row < params.outHeight) & (column < params.outWidth)) {
    let to = ((image * params.outHeight + row) * params.outWidth + column) * params.outs + first;
    ${addAndStore(groups.map((c) => `all[${groups.length}u * n + ${c}u]`))}
  }
}`;
}
