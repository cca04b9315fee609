// Layer normalisation (Ba et al. 2016) and its gradient: one workgroup (`tiles`) or one lane (`registers`)
// reduces a row; the gradients of scale and shift are summed over blocks of rows. Not here: the sum of the
// blocks (row-sums.ts), group normalisation (group-norm/).
import { gradientTo } from './gradient-to.ts';
import { type Binding, gridOf, type Kernel, kernel } from './kernel.ts';
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

/** WGSL: `index`, the number of the workgroup. */
const INDEX = 'let index = group.y * 32768u + group.x;';

/** WGSL: `row`, and `first`, its first element. Surplus invocations end. */
const rowOf = (family: Family): string => /* wgsl */ `
      let row = ${family === 'tiles' ? 'index' : `index * ${THREADS.registers}u + lane`};
      if (row >= params.rows) { return; }
      let first = row * params.width;`;

/** Workgroups that reduce rows. */
const rowGroups = (family: Family, { rows }: LayerNormGeometry): number =>
  family === 'tiles' ? rows : Math.ceil(rows / THREADS.registers);

/** What both kernels have in common. */
function specOf(family: Family, geometry: LayerNormGeometry) {
  const { rows, channels, eps } = geometry;
  const type = elementOf(geometry);
  return {
    params: { rows, width: type === 'f32' ? channels : channels / 4 },
    floats: { eps, perCount: 1 / channels },
    workgroupSize: [THREADS[family], 1, 1] as const,
    declarations: declarations(family, type),
  };
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
  return [
    kernel(family, {
      ...specOf(family, geometry),
      op: 'layer norm',
      bindings,
      workgroups: gridOf(rowGroups(family, geometry), 1),
      body: `${INDEX}\n${rowOf(family)}\n${body}`,
    }),
  ];
}

/**
 * dx = inverse (scale dy - mean(scale dy) - normal mean(scale dy normal)), as PyTorch's
 * native_layer_norm_backward, with normal = (x - mean) inverse and the means over a row. The gradient of
 * scale is the sum of dy normal over all rows, that of shift the sum of dy. One dispatch: its first
 * workgroups compute dx, the others the sums.
 */
export function layerNormBackward(
  { family }: Target,
  geometry: LayerNormGeometry,
  { x, stats, affine, dy, to, sums }: LayerNormBackward,
): Kernel[] {
  const type = elementOf(geometry);
  const { params, ...spec } = specOf(family, geometry);
  const forRows = to ? rowGroups(family, geometry) : 0;
  const across = Math.ceil(params.width / THREADS[family]);
  const blocks = layerNormBlocks(geometry);
  const dx = to && gradientTo('dx', to.add, to.dx, type);
  return [
    kernel(family, {
      ...spec,
      op: 'layer norm backward',
      params: { ...params, forRows, across, blocks, perBlock: rowsPerBlock(geometry) },
      bindings: {
        x: binding(x, 'read', type),
        stats: binding(stats, 'read', 'f32'),
        dy: binding(dy, 'read', type),
        sums: binding(sums, 'write', type),
        ...(dx ? { affine: binding(affine, 'read', type), ...dx.bindings } : {}),
      },
      workgroups: gridOf(forRows + blocks * across, 1),
      body: /* wgsl */ `${INDEX}
      ${dx ? `if (index < params.forRows) { ${inputGradient(family, dx.term)} return; }` : ''}
      ${affineSums(family, type)}`,
    }),
  ];
}

/** WGSL: dx of one row. */
const inputGradient = (family: Family, term: (at: string) => string): string => {
  const inner = 'let normal = (x[at] - mean) * inverse; let d = affine[c] * dy[at];';
  return /* wgsl */ `${rowOf(family)}
      let mean = stats[2u * row];
      let inverse = stats[2u * row + 1u];
      var along = T(0.0);
      var level = T(0.0);
      ${each(family, `${inner} along += d * normal; level += d;`)}
      ${sumOfRow(family, 'both', 'vec2<f32>(total(along), total(level))')}
      let means = both * params.perCount;
      ${each(family, `${inner} dx[at] = (d - means.y - normal * means.x) * inverse${term('at')};`)}`;
};

/** WGSL: an invocation sums one channel (or vec4 of channels) of one block of rows, row after row. */
const affineSums = (family: Family, type: Element): string => /* wgsl */ `
      let part = index - params.forRows;
      let block = part / params.across;
      let c = part % params.across * ${THREADS[family]}u + lane;
      if ((block >= params.blocks) | (c >= params.width)) { return; }
      let start = block * params.perBlock;
      let end = min(start + params.perBlock, params.rows);
      var gain = ${type}(0.0);
      var offset = ${type}(0.0);
      for (var row = start; row < end; row++) {
        let d = dy[row * params.width + c];
        gain += d * (x[row * params.width + c] - stats[2u * row]) * stats[2u * row + 1u];
        offset += d;
      }
      let to = 2u * block * params.width + c;
      sums[to] = gain;
      sums[to + params.width] = offset;`;
