// Adds the splits of filter gradients for GPUs in hardware, first to last: of one convolution, or of several
// in one dispatch. Not here: the splits themselves (filter.ts), which convolutions go together
// (plan/filter-sums.ts).
import { range, unroll } from '../../wgsl-text.ts';
import { typeOf } from './text.ts';
import { type Binding, gridOf, type Kernel, kernel } from '../../kernel.ts';
import { byteLengthOf, elementsOf, rowsIn, type Value } from '../../value.ts';

/** The splits of a filter gradient; both may be columns of a matrix of one row, as those of others are. */
export interface SplitGradient {
  /** [splits, k, k, ins, outs] */
  partial: Value;
  /** [k, k, ins, outs] */
  gradient: Value;
}

const THREADS = 64;

/**
 * WGSL that stores `sum` in element `i` of the gradient, plus the gradient's old value if any bit of
 * control[0] is set.
 */
export const PUT_GRADIENT = /* wgsl */ `var all = sum;
      if (control[0] != 0u) { all += gradient[i]; }
      gradient[i] = all;`;

/** One dispatch. All partial sums are columns of one matrix, or one value; so are all gradients. */
export function filterSums(of: readonly SplitGradient[], control: Value): Kernel {
  const places = of.map(({ partial, gradient }) => {
    const [splits] = partial.shape as [number];
    const [from, to] = [rowsIn(partial).first, rowsIn(gradient).first];
    return { splits, from, to, count: elementsOf(gradient) };
  });
  const four = places.every(({ from, to, count }) => [from, to, count].every((each) => each % 4 === 0));
  const size = four ? 4 : 1;
  const groups = places.map(({ count }) => Math.ceil(count / size / THREADS));
  const firsts = range(of.length + 1).map((n) => groups.slice(0, n).reduce((sum, each) => sum + each, 0));
  const bind = (name: keyof SplitGradient, access: Binding['access']): Binding => ({
    value: rowsIn((of[0] as SplitGradient)[name]).whole,
    access,
    type: typeOf(four),
    bytes: of.reduce((sum, one) => sum + byteLengthOf(one[name]), 0),
  });
  const workgroups = firsts.at(-1) as number;
  return kernel('tiles', {
    op: 'conv filter sums',
    bindings: {
      partial: bind('partial', 'read'),
      control: { value: control, access: 'read', type: 'u32' },
      gradient: bind('gradient', 'update'),
    },
    workgroupSize: [THREADS, 1, 1],
    workgroups: gridOf(workgroups, 1),
    body: /* wgsl */ `
      let index = group.y * 32768u + group.x;
      if (index >= ${workgroups}u) { return; }
      ${unroll(of.length, (n) => {
        const { splits, from, to, count } = places[n] as (typeof places)[number];
        const length = count / size;
        return /* wgsl */ `if (index < ${firsts[n + 1]}u) {
        let own = (index - ${firsts[n]}u) * ${THREADS}u + lane;
        if (own >= ${length}u) { return; }
        let first = own + ${from / size}u;
        let i = own + ${to / size}u;
        var sum = partial[first];
        ${unroll(splits - 1, (s) => `sum += partial[first + ${(s + 1) * length}u];`)}
        ${PUT_GRADIENT}
        return;
      }`;
      })}`,
  });
}
