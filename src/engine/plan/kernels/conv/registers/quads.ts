// What the convolutions for GPUs in software share: how the four invocations of a quad load four channels, one each, and hand
// them round; how a finished sum is stored. Not here: the convolutions.
//
// Measured on SwiftShader (SIMD of 4, on the CPU): a load costs about 140 instructions, whether its four lanes read one
// address or four; a quad swap costs 2, a multiplication with its addition 4 to 5. So nothing is loaded twice in a quad.
// `&&` makes two blocks of code where `&` makes none, and a hundred of them keep its compiler busy for minutes. A store is
// as much code as a load: one in a loop over an array compiles in half the time of 128.
//
// Every body is written twice: with quad operations, and for devices without them with one channel at a time.
import type { Binding } from '../../kernel.ts';
import { rowsIn, type Value } from '../../value.ts';
import type { Target } from '../../target.ts';
import { range, lines } from '../../wgsl-text.ts';

/** All that these kernels ask of a target. */
export type Quads = Pick<Target, 'subgroups'>;

/** Channels that a quad loads at a time. */
export const QUAD = 4;

/** In how many slots a lane holds channels that are summed over: its own and those of the three others. */
export const slotsOf = (quads: boolean): number[] => range(quads ? QUAD : 1);

const SWAPS = ['', 'quadSwapX', 'quadSwapY', 'quadSwapDiagonal'];

/** `name_0`, and what the other lanes of the quad have there as `name_1` to `name_3`. */
export const spread = (quads: boolean, name: string, value: string): string =>
  slotsOf(quads)
    .map((k) => `let ${name}_${k} = ${k === 0 ? value : `${SWAPS[k]}(${name}_0)`};`)
    .join(' ');

/** The first lines of a body: `tile`, counted along the grid that `gridOf(count, 1)` makes; the surplus ends here. */
export const TILE_OF_GROUP = `let tile = group.y * 32768u + group.x;
if (tile >= params.tiles) { return; }`;

/** Where an element of the weight lies, by its tap, the channel that is summed over and the channel that is made. */
export interface WeightStrides {
  base: number;
  perRow: number;
  perColumn: number;
  perIn: number;
  perOut: number;
}

/** Strides as u32, which wrap around as negative ones should. */
export const wrapped = ({ base, perRow, perColumn, perIn, perOut }: WeightStrides) => ({
  ...{ base: base >>> 0, perRow: perRow >>> 0, perColumn: perColumn >>> 0 },
  ...{ perIn: perIn >>> 0, perOut: perOut >>> 0 },
});

/** What a convolution reads and writes, and what it adds to its sums. */
export interface Ends {
  source: Value;
  weight: Value;
  bias: Value | null;
  perChannel: Value | null;
  /** As the target. */
  residual: Value | null;
  target: Value;
  /** Whether the sums are added to what the target holds. */
  keep: boolean;
}

/**
 * Stands where a shader that serves all binds a value that there is not; the shader leaves it alone. Said to be written, for
 * nobody else ever writes it. (A shader for every combination would compile for half a second each.)
 */
const NOTHING = [1, 2, 3].map((n): Value => ({ id: -n, element: 'f32', shape: [4], label: `nothing ${n}` }));

/** The `n`th of a shader's values that there may not be. */
export const optional = (value: Value | null, n: number, access: Binding['access'] = 'read'): Binding =>
  value ? { value, access } : { value: NOTHING[n] as Value, access: 'write' };

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

/** `adds`: which of them there are; where the values per channel of a picture begin. */
export const endParams = ({ bias, perChannel, residual, keep }: Ends) => ({
  perFirst: perChannel ? rowsIn(perChannel).first : 0,
  perPicture: perChannel ? rowsIn(perChannel).stride : 0,
  adds:
    Number(bias !== null) +
    2 * Number(perChannel !== null) +
    4 * Number(residual !== null) +
    8 * Number(keep),
});

/** `start0`, `start1`, ...: what the sums of each group of channels begin with. */
export const starts = (groups: number): string =>
  lines(range(groups), (c) => {
    const [bias, perChannel] = [
      `bias[first + ${QUAD * c}u]`,
      `perChannel[image * params.perPicture + params.perFirst + first + ${QUAD * c}u]`,
    ];
    return `let start${c} = select(0.0, ${bias}, (params.adds & 1u) != 0u) + select(0.0, ${perChannel}, (params.adds & 2u) != 0u);`;
  });

/** Stores `sums` of one pixel, a group of channels each, from element `to` on. */
const store = (sums: readonly string[]): string =>
  lines(sums, (sum, c) => `if (first + ${QUAD * c}u < params.outs) { output[to + ${QUAD * c}u] = ${sum}; }`);

/** The same, added to the residual or to what is there. */
export const addAndStore = (sums: readonly string[]): string =>
  [
    lines(sums, (sum, c) => `var result${c} = ${sum};`),
    `if ((params.adds & 4u) != 0u) { ${lines(sums, (_, c) => `result${c} += residual[to + ${QUAD * c}u];`)} }`,
    `if ((params.adds & 8u) != 0u) { ${lines(sums, (_, c) => `result${c} += output[to + ${QUAD * c}u];`)} }`,
    store(sums.map((_, c) => `result${c}`)),
  ].join('\n');
