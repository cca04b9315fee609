// Layer normalisation (Ba et al. 2016) and its gradient: one workgroup (`tiles`) or one lane (`registers`)
// reduces a row; the gradients of scale and shift are summed over blocks of rows by a second kernel. Not
// here: the sum of the blocks (row-sums.ts), group normalisation (group-norm/).
import { gradientTo } from './gradient-to.ts';
import { type Binding, gridOf, type Kernel, kernel, type KernelSpec } from './kernel.ts';
import type { Family, Target } from './target.ts';
import type { Value } from './value.ts';
import { inFours } from './walks.ts';

export interface LayerNormGeometry {
  rows: number;
  channels: number;
  eps: number;
}

/**
 * y = (x - mean) / sqrt(variance + eps) scale + shift, with mean and biased variance over the channels of a
 * row, as torch.nn.LayerNorm.
 */
export interface LayerNormForward {
  /** [rows, C], as is y. */
  x: Value;
  /** [2 C]: scale, then shift. */
  affine: Value;
  y: Value;
  /** [rows, 2]: mean and 1 / sqrt(variance + eps), for the backward pass. */
  stats: Value;
}

/** The gradient of x (+ add) goes to dx; if `add` is dx itself, it accumulates in place. */
export interface LayerNormBackward {
  x: Value;
  stats: Value;
  affine: Value;
  dy: Value;
  /** Null: not computed. */
  to: { add: Value | null; dx: Value } | null;
  /** [layerNormBlocks(...), 2 C]: the gradients of scale and shift of each block of rows. */
  sums: Value;
}

/** Invocations of a workgroup: in `tiles` for one row, in `registers` one for each row. */
const THREADS = { tiles: 64, registers: 4 } as const;

/** Rows of a block at least, and blocks at most. */
const LEAST_ROWS = 32;
const MOST_BLOCKS = 128;

const rowsPerBlock = ({ rows }: LayerNormGeometry): number =>
  Math.max(LEAST_ROWS, Math.ceil(rows / MOST_BLOCKS));

/** Number of blocks of rows whose gradients of scale and shift are summed apart: by the geometry alone. */
export const layerNormBlocks = (geometry: LayerNormGeometry): number =>
  Math.ceil(geometry.rows / rowsPerBlock(geometry));

type Element = 'f32' | 'vec4<f32>';

/** A channel, or a vec4 of channels where 4 divides them. */
const elementOf = ({ channels }: LayerNormGeometry): Element => (inFours(channels) ? 'vec4<f32>' : 'f32');

const binding = (value: Value, access: Binding['access'], type: Element): Binding => ({
  value,
  access,
  type,
});

/** WGSL: `alias T`, total(x), the sum of a T; workgroup memory for `sumOfRow`. */
const declarations = (family: Family, type: Element): string => /* wgsl */ `
alias T = ${type};
fn total(x: T) -> f32 { return ${type === 'f32' ? 'x' : '(x.x + x.y) + (x.z + x.w)'}; }
${family === 'tiles' ? `var<workgroup> parts: array<vec2<f32>, ${THREADS.tiles}>;` : ''}`;

/** WGSL: `let name` = the sum of `value`, a vec2<f32>, over the invocations of a row. */
function sumOfRow(family: Family, name: string, value: string): string {
  if (family === 'registers') return `let ${name} = ${value};`;
  return /* wgsl */ `parts[lane] = ${value};
      for (var half = ${THREADS.tiles / 2}u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (lane < half) { parts[lane] += parts[lane + half]; }
      }
      workgroupBarrier();
      let ${name} = parts[0];
      // After the last barrier the next sum may overwrite \`parts\`.
      workgroupBarrier();`;
}

/** WGSL: `statement` for every channel `c` of the row that is this invocation's; `at` is its element. */
const each = (family: Family, statement: string): string => /* wgsl */ `
      for (var c = ${family === 'tiles' ? 'lane' : '0u'}; c < params.width; c += ${family === 'tiles' ? THREADS.tiles : 1}u) {
        let at = first + c;
        ${statement}
      }`;

/** A kernel that walks rows. In scope of its body: `row`, and `first`, its first element. */
function rowKernel(
  family: Family,
  geometry: LayerNormGeometry,
  spec: Pick<KernelSpec, 'op' | 'bindings' | 'body'>,
): Kernel {
  const { rows, channels, eps } = geometry;
  const type = elementOf(geometry);
  const threads = THREADS[family];
  const linear = 'group.y * 32768u + group.x';
  return kernel(family, {
    ...spec,
    params: { rows, width: type === 'f32' ? channels : channels / 4 },
    floats: { eps, perCount: 1 / channels },
    workgroupSize: [threads, 1, 1],
    workgroups: gridOf(rows, family === 'tiles' ? 1 : threads),
    declarations: declarations(family, type),
    body: /* wgsl */ `
      let row = ${family === 'tiles' ? linear : `(${linear}) * ${threads}u + lane`};
      if (row >= params.rows) { return; }
      let first = row * params.width;
      ${spec.body}`,
  });
}

/**
 * One dispatch: mean, then variance about that mean (two-pass), then y. Stores mean and 1 / deviation in
 * `stats`.
 */
export function layerNormForward(
  { family }: Target,
  geometry: LayerNormGeometry,
  { x, affine, y, stats }: LayerNormForward,
): Kernel[] {
  const type = elementOf(geometry);
  const body = /* wgsl */ `
      var plain = T(0.0);
      ${each(family, 'plain += x[at];')}
      ${sumOfRow(family, 'sum', 'vec2<f32>(total(plain), 0.0)')}
      let mean = sum.x * params.perCount;
      var squares = T(0.0);
      ${each(family, 'let d = x[at] - mean; squares += d * d;')}
      ${sumOfRow(family, 'deviation', 'vec2<f32>(total(squares), 0.0)')}
      let inverse = 1.0 / sqrt(deviation.x * params.perCount + params.eps);
      ${family === 'tiles' ? 'if (lane == 0u)' : ''} {
        stats[2u * row] = mean;
        stats[2u * row + 1u] = inverse;
      }
      ${each(family, 'y[at] = (x[at] - mean) * inverse * affine[c] + affine[params.width + c];')}`;
  const bindings = {
    x: binding(x, 'read', type),
    affine: binding(affine, 'read', type),
    y: binding(y, 'write', type),
    stats: binding(stats, 'write', 'f32'),
  };
  return [rowKernel(family, geometry, { op: 'layer norm', bindings, body })];
}

/**
 * dx = inverse (scale dy - mean(scale dy) - normal mean(scale dy normal)), as PyTorch's
 * native_layer_norm_backward, with normal = (x - mean) inverse and the means over a row. The gradient of
 * scale is the sum of dy normal over all rows, that of shift the sum of dy. Two dispatches.
 */
export function layerNormBackward(
  target: Target,
  geometry: LayerNormGeometry,
  values: LayerNormBackward,
): Kernel[] {
  const { to } = values;
  const sums = affineSums(target, geometry, values);
  return to ? [inputGradient(target, geometry, values, to), sums] : [sums];
}

function inputGradient(
  { family }: Target,
  geometry: LayerNormGeometry,
  { x, stats, affine, dy }: LayerNormBackward,
  { add, dx }: NonNullable<LayerNormBackward['to']>,
): Kernel {
  const type = elementOf(geometry);
  const { bindings, term } = gradientTo('dx', add, dx, type);
  const inner = 'let normal = (x[at] - mean) * inverse; let d = affine[c] * dy[at];';
  const body = /* wgsl */ `
      let mean = stats[2u * row];
      let inverse = stats[2u * row + 1u];
      var along = T(0.0);
      var level = T(0.0);
      ${each(family, `${inner} along += d * normal; level += d;`)}
      ${sumOfRow(family, 'sums', 'vec2<f32>(total(along), total(level))')}
      let means = sums * params.perCount;
      ${each(family, `${inner} dx[at] = (d - means.y - normal * means.x) * inverse${term('at')};`)}`;
  const all = {
    x: binding(x, 'read', type),
    stats: binding(stats, 'read', 'f32'),
    affine: binding(affine, 'read', type),
    dy: binding(dy, 'read', type),
    ...bindings,
  };
  return rowKernel(family, geometry, { op: 'layer norm backward', bindings: all, body });
}

/** An invocation sums one channel (or vec4 of channels) of one block, row after row. */
function affineSums(
  { family }: Target,
  geometry: LayerNormGeometry,
  { x, stats, dy, sums }: LayerNormBackward,
): Kernel {
  const { rows, channels } = geometry;
  const type = elementOf(geometry);
  const threads = THREADS[family];
  const width = type === 'f32' ? channels : channels / 4;
  return kernel(family, {
    op: 'layer norm backward',
    bindings: {
      x: binding(x, 'read', type),
      stats: binding(stats, 'read', 'f32'),
      dy: binding(dy, 'read', type),
      sums: binding(sums, 'write', type),
    },
    params: { rows, width, perBlock: rowsPerBlock(geometry) },
    workgroupSize: [threads, 1, 1],
    workgroups: [layerNormBlocks(geometry), Math.ceil(width / threads), 1],
    body: /* wgsl */ `
      let c = group.y * ${threads}u + lane;
      if (c >= params.width) { return; }
      let start = group.x * params.perBlock;
      let end = min(start + params.perBlock, params.rows);
      var gain = ${type}(0.0);
      var offset = ${type}(0.0);
      for (var row = start; row < end; row++) {
        let d = dy[row * params.width + c];
        gain += d * (x[row * params.width + c] - stats[2u * row]) * stats[2u * row + 1u];
        offset += d;
      }
      let to = 2u * group.x * params.width + c;
      sums[to] = gain;
      sums[to + params.width] = offset;`,
  });
}
