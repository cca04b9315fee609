// What the convolutions for GPUs in software share: the four invocations of a quad load four channels, one
// each, and exchange them by quad operations; a finished sum is stored. A workgroup is one quad, a lane one
// of its invocations. Not here: the convolutions (taps.ts, window.ts, filter-taps.ts, filter-window.ts).
//
// Measured on SwiftShader (SIMD of 4, on the CPU): a load costs about 140 instructions, whether its four
// lanes read one address or four; a quad swap costs 2, a multiply-add 4 to 5. So no number is loaded twice in
// a quad. `&&` makes two basic blocks where `&` makes none, and a hundred `&&` keep SwiftShader's compiler
// busy for minutes. A store is as much code as a load: a single store in a loop over an array compiles in
// half the time of 128 stores.
//
// Every body exists in two forms: with quad operations, and, for devices without them, with one channel at a
// time.
import type { Binding } from '../../kernel.ts';
import { rowsIn, type Value } from '../../value.ts';
import type { Target } from '../../target.ts';
import { range, lines } from '../../wgsl-text.ts';

/** The part of a target on which these kernels depend: whether quad operations are allowed. */
export type QuadTarget = Pick<Target, 'subgroups'>;

/** Invocations of a quad, and so the channels that it loads at a time. */
export const QUAD = 4;

/**
 * The slots in which a lane holds input channels: its own and those of the three other lanes; one without
 * `quads`.
 */
export const slotsOf = (quads: boolean): number[] => range(quads ? QUAD : 1);

const SWAPS = ['', 'quadSwapX', 'quadSwapY', 'quadSwapDiagonal'];

/**
 * WGSL: `name_0` = `value`, and the other lanes' `name_0` as `name_1` to `name_3` (these only with `quads`).
 */
export const spread = (quads: boolean, name: string, value: string): string =>
  slotsOf(quads)
    .map((k) => `let ${name}_${k} = ${k === 0 ? value : `${SWAPS[k]}(${name}_0)`};`)
    .join(' ');

/**
 * WGSL, the first lines of a body: `tile`, the linear index in the grid `gridOf(tiles, 1)`; surplus
 * workgroups end.
 */
export const TILE_OF_GROUP = `let tile = group.y * 32768u + group.x;
if (tile >= params.tiles) { return; }`;

/**
 * Strides of the weight in elements: by tap (row, column), input channel (summed over) and output channel.
 */
export interface WeightStrides {
  base: number;
  perRow: number;
  perColumn: number;
  perIn: number;
  perOut: number;
}

/** The strides as u32s. WGSL's u32 arithmetic wraps around, so that negative strides work. */
export const wrapped = ({ base, perRow, perColumn, perIn, perOut }: WeightStrides) => ({
  ...{ base: base >>> 0, perRow: perRow >>> 0, perColumn: perColumn >>> 0 },
  ...{ perIn: perIn >>> 0, perOut: perOut >>> 0 },
});

/** The operands of a convolution kernel: what it reads, adds and writes. */
export interface Ends {
  source: Value;
  weight: Value;
  bias: Value | null;
  perChannel: Value | null;
  /** Same shape as the target. */
  residual: Value | null;
  target: Value;
  /** Whether the result is added to the target's old value. */
  keep: boolean;
}

/**
 * Placeholders for bindings that a call does not use: one shader serves every combination of operands, so
 * every binding must be bound. (A shader for each combination would take half a second to compile.) Their
 * access is `write`, because the planner refuses to read a value that no kernel wrote; the shader does not
 * touch them.
 */
const NOTHING = [1, 2, 3].map((n): Value => ({ id: -n, element: 'f32', shape: [4], label: `nothing ${n}` }));

/** Binds `value`, or the n-th placeholder (n = 0..2) if `value` is null. */
export const optional = (value: Value | null, n: number, access: Binding['access'] = 'read'): Binding =>
  value ? { value, access } : { value: NOTHING[n] as Value, access: 'write' };

/** The six bindings of a convolution kernel, with placeholders for the operands that are null. */
export function endBindings({ source, weight, bias, perChannel, residual, target, keep }: Ends) {
  return {
    source: { value: source, access: 'read' },
    weights: { value: weight, access: 'read' },
    bias: optional(bias, 0),
    perChannel: optional(perChannel && rowsIn(perChannel).whole, 1),
    residual: optional(residual, 2),
    output: { value: target, access: keep ? 'update' : 'write' },
  } satisfies Record<string, Binding>;
}

/**
 * Parameters that describe the operands. `adds` is a bit set: 1 bias, 2 perChannel, 4 residual, 8 the
 * target's old value. perChannel's row for picture b begins at element b * perPicture + perFirst.
 */
export const endParams = ({ bias, perChannel, residual, keep }: Ends) => ({
  perFirst: perChannel ? rowsIn(perChannel).first : 0,
  perPicture: perChannel ? rowsIn(perChannel).stride : 0,
  adds:
    Number(bias !== null) +
    2 * Number(perChannel !== null) +
    4 * Number(residual !== null) +
    8 * Number(keep),
});

/** WGSL: `start0`, `start1`, ..., the initial sums of each group of output channels: bias plus perChannel. */
export const starts = (groups: number): string =>
  lines(range(groups), (c) => {
    const [bias, perChannel] = [
      `bias[first + ${QUAD * c}u]`,
      `perChannel[image * params.perPicture + params.perFirst + first + ${QUAD * c}u]`,
    ];
    return `let start${c} = select(0.0, ${bias}, (params.adds & 1u) != 0u) + select(0.0, ${perChannel}, (params.adds & 2u) != 0u);`;
  });

/** WGSL: stores the `sums` of one pixel, one for each group of output channels, from element `to` on. */
const store = (sums: readonly string[]): string =>
  lines(sums, (sum, c) => `if (first + ${QUAD * c}u < params.outs) { output[to + ${QUAD * c}u] = ${sum}; }`);

/** WGSL: as `store`, plus the residual and the target's old value, as `adds` says. */
export const addAndStore = (sums: readonly string[]): string =>
  [
    lines(sums, (sum, c) => `var result${c} = ${sum};`),
    `if ((params.adds & 4u) != 0u) { ${lines(sums, (_, c) => `result${c} += residual[to + ${QUAD * c}u];`)} }`,
    `if ((params.adds & 8u) != 0u) { ${lines(sums, (_, c) => `result${c} += output[to + ${QUAD * c}u];`)} }`,
    store(sums.map((_, c) => `result${c}`)),
  ].join('\n');
