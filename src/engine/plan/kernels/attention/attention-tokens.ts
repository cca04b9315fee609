// Operands of attention without scores in memory, for both families: where the tokens of a head lie, and the
// shapes of what is kept in place of the scores. Not here: the kernels (attention-tiles.ts,
// attention-registers.ts), the operands of all attention (attention-operands.ts).
import type { Binding } from '../kernel.ts';
import { rowsIn, type Value } from '../value.ts';
import { lines } from '../wgsl-text.ts';
import type { AttentionGeometry } from './attention-operands.ts';

/** Shape of the `scores` of narrow heads: of each query the largest score and 1 / the sum of the softmax. */
export const narrowScores = ({ batch, heads, queries }: AttentionGeometry): number[] => [
  batch,
  heads,
  queries,
  2,
];

/** Shape of the `work` of narrow heads: of each query the sum of y times its gradient. */
export const narrowWork = ({ batch, heads, queries }: AttentionGeometry): number[] => [batch, heads, queries];

/** Whether a value's tokens may be read as vec4s of channels, where a head has a multiple of 4 of them. */
export function inFours(value: Value): boolean {
  const { first, stride } = rowsIn(value);
  return first % 4 === 0 && stride % 4 === 0;
}

/** Operands [B, tokens, C] of a kernel as WGSL; the columns of one matrix share a binding. */
export interface Tokens {
  bindings: Record<string, Binding>;
  params: Record<string, number>;
  /** Statement: `<name>_base`, the first element of head `head` in picture `picture`. */
  bases: string;
  /** Expression for element c of the operand's token `<at>`. */
  element: (name: string, at: string, c: number) => string;
}

interface Operand {
  value: Value;
  count: 'queries' | 'keys';
  access: Binding['access'];
}

const operandsOf =
  (access: Operand['access']) =>
  (count: Operand['count'], values: Record<string, Value>): Record<string, Operand> =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, count, access }]));
export const reading = operandsOf('read');
export const writing = operandsOf('write');

/** `size`: elements are vec4s of channels if 4, for which all operands must be `inFours`. */
export function tokensOf(
  geometry: AttentionGeometry,
  operands: Record<string, Operand>,
  size: 1 | 4 = 1,
): Tokens {
  const all = Object.entries(operands).map(([name, { value, count, access }]) => ({
    ...{ name, count, access },
    ...rowsIn(value),
  }));
  const arrayOf = (id: number) => all.find(({ whole }) => whole.id === id)?.name;
  const width = geometry.channels / geometry.heads / size;
  const type = size === 4 ? 'vec4<f32>' : 'f32';
  return {
    bindings: Object.fromEntries(
      all
        .filter(({ name, whole }) => arrayOf(whole.id) === name)
        .map(({ name, whole: value, access }) => [name, { value, access, type }]),
    ),
    params: Object.fromEntries(
      all.flatMap(({ name, first, stride }) => [
        [`${name}_first`, first / size],
        [`${name}_stride`, stride / size],
      ]),
    ),
    bases: lines(
      all,
      ({ name, count }) =>
        `let ${name}_base = params.${name}_first + picture * params.${count} * params.${name}_stride + head * ${width}u;`,
    ),
    element: (name, at, c) => {
      const array = arrayOf(all.find((one) => one.name === name)?.whole.id ?? NaN);
      return `${array}[${name}_base + ${at} * params.${name}_stride + ${c}u]`;
    },
  };
}
