// Both gradients of a convolution in one dispatch, for GPUs in hardware: the filter gradient's workgroups,
// which are short, follow the input gradient's. They do not need each other, fill a large GPU together, and
// save it a drain. Not here: the two GEMMs (filter.ts, gather.ts).
import type { ConvFilterGradient, ConvGeometry, ConvInputGradient } from '../geometry.ts';
import { inputProduct } from './conv-tiles.ts';
import { filterSize, filterSpec, withSums } from './filter.ts';
import { gatherSpec } from './gather.ts';
import { rowsOf } from './operands.ts';
import { defaultPair, type PairOfTiles } from './shapes.ts';
import { tileKernel, type TileSpec } from './text.ts';
import { gridOf, type Kernel } from '../../kernel.ts';
import type { Target } from '../../target.ts';

/**
 * One dispatch, and a second one that adds the splits of the filter gradient where `values.partial` is a
 * value of its own. Null where no two shapes of this GPU have the same number of invocations. `chosen`: a
 * pair of `tilePairs`; the bits do not depend on it.
 */
export function convGradients(
  target: Target,
  geometry: ConvGeometry,
  values: ConvFilterGradient & ConvInputGradient,
  chosen?: PairOfTiles,
): Kernel[] | null {
  const product = inputProduct(geometry, values);
  const { rows, times } = rowsOf(product);
  const size = { gather: { rows, columns: geometry.ins, times }, filter: filterSize(geometry) };
  const pair = chosen ?? defaultPair(target, size);
  if (!pair) return null;
  const input = renamed(gatherSpec(product, pair.gather));
  const before = input.params?.input_tiles as number;
  const filter = filterSpec(geometry, values, pair.filter, before);
  return withSums(geometry, values, [tileKernel(joined(input, filter, before))]);
}

/** What the two kernels name alike, of the input gradient: its source is the filter gradient's dy. */
const NAMES = [['source', 'dy']] as const;

/** The kernel with a name of its own for all that it declares; workgroup memory is declared elsewhere. */
function renamed(spec: TileSpec): TileSpec {
  const { declarations = '', body, bindings, params = {} } = spec;
  const declared = [...declarations.matchAll(/\b(?:fn|struct) (\w+)/g)].map(([, name = '']) => name);
  const names = new Map<string, string>([
    ...declared.map((name) => [name, `input_${name}`] as const),
    ...NAMES,
  ]);
  const rename = (text: string) =>
    text
      .replaceAll(/\bparams\.(\w+)/g, 'params.input_$1')
      .replaceAll(/(?<![.\w])[a-zA-Z]\w*/g, (name) => names.get(name) ?? name);
  const entries = Object.entries(bindings).map(
    ([name, binding]) => [names.get(name) ?? name, binding] as const,
  );
  return {
    ...spec,
    declarations: rename(declarations),
    body: rename(body),
    bindings: Object.fromEntries(entries),
    params: Object.fromEntries(Object.entries(params).map(([name, n]) => [`input_${name}`, n])),
  };
}

/** The kernel whose first `before` workgroups run `first`, and all others `second`. */
function joined(first: TileSpec, second: TileSpec, before: number): TileSpec {
  const groups = before + (second.params?.tiles as number);
  return {
    ...second,
    op: 'conv gradients',
    flops: (first.flops ?? 0) + (second.flops ?? 0),
    params: { ...first.params, ...second.params },
    bindings: { ...first.bindings, ...second.bindings },
    subgroupSize: first.subgroupSize ?? second.subgroupSize ?? null,
    memory: [Math.max(first.memory[0], second.memory[0]), Math.max(first.memory[1], second.memory[1])],
    workgroups: gridOf(groups, 1),
    declarations: `${first.declarations ?? ''}${second.declarations ?? ''}`,
    body: /* wgsl */ `
      if (group.y * 32768u + group.x < ${before}u) {
        ${first.body}
      } else {
        ${second.body}
      }`,
  };
}
