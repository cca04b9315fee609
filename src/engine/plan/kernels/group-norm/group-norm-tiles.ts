// Group normalisation for GPUs in hardware, of pictures that no registers hold: one workgroup for each group
// of each picture. It reads the group three times forward (mean, squared deviations, result) and twice
// backward; tree reductions in workgroup memory. One dispatch each. Not here: pictures that are held
// (group-norm-held.ts), GPUs in software (group-norm-registers.ts), reading a concatenation
// (group-norm-ends.ts).
import {
  backwardBindings,
  elementFunctions,
  elementOf,
  forwardBindings,
  gathering,
  scattering,
  summing,
} from './group-norm-ends.ts';
import { type Layout, layoutOf } from './held-layout.ts';
import type { GroupNormBackward, GroupNormForward, GroupNormGeometry } from './geometry.ts';
import { type Kernel, kernel } from '../kernel.ts';

function declarationsOf(layout: Layout): string {
  return /* wgsl */ `${elementFunctions(layout.four)}
var<workgroup> parts: array<vec2<f32>, ${layout.threads}>;`;
}

/**
 * WGSL: `let name` = the sum of `value` (vec2<f32>) over all invocations of the workgroup, by a tree
 * reduction.
 */
function sumOfAll({ threads }: Layout, name: string, value: string): string {
  const lines = [`parts[lane] = ${value};`, 'workgroupBarrier();'];
  for (let n = threads; n > 1; n = Math.ceil(n / 2)) {
    const half = Math.ceil(n / 2);
    lines.push(`if (lane < ${n - half}u) { parts[lane] += parts[lane + ${half}u]; }`, 'workgroupBarrier();');
  }
  return [...lines, `let ${name} = parts[0];`, 'workgroupBarrier();'].join('\n      ');
}

/** WGSL: `statement` for every element `at`, of channel `c`, that belongs to this invocation. */
const each = ({ columns, rows }: Layout, statement: string) => /* wgsl */ `
      for (var w = column; w < params.width; w += ${columns}u) {
        let c = first_channel + w;
        for (var p = row; p < params.pixels; p += ${rows}u) {
          let at = first + p * params.stride + w;
          ${statement}
        }
      }`;

/**
 * WGSL: like `each`, then sums over the pixels of each channel. `variables` maps a workgroup array to the
 * variable that `statement` adds to; a tree reduction leaves the channel's sum in element `lane` of the
 * array, where `finish` reads it.
 */
function columnSums(
  { columns, rows }: Layout,
  variables: Record<string, string>,
  statement: string,
  finish: string,
): string {
  const sums = Object.entries(variables);
  const all = (text: (array: string, variable: string) => string) =>
    sums.map(([array, variable]) => text(array, variable)).join('\n        ');
  return /* wgsl */ `
      for (var base = 0u; base < params.width; base += ${columns}u) {
        let w = base + column;
        let c = first_channel + w;
        ${all((_, variable) => `var ${variable} = T(0.0);`)}
        if (w < params.width) {
          for (var p = row; p < params.pixels; p += ${rows}u) {
            let at = first + p * params.stride + w;
            ${statement}
          }
        }
        ${all((array, variable) => `${array}[lane] = ${variable};`)}
        for (var step = ${rows >> 1}u; step > 0u; step /= 2u) {
          workgroupBarrier();
          if (row < step) {
            ${all((array) => `${array}[lane] += ${array}[lane + step * ${columns}u];`)}
          }
        }
        if (row == 0u && w < params.width) {
          ${finish}
        }
        workgroupBarrier();
      }`;
}

const prologue = ({ columns }: Layout) => /* wgsl */ `
      if (group.y >= params.batch) { return; }
      let column = lane % ${columns}u;
      let row = lane / ${columns}u;
      let first_channel = group.x * params.width;
      let first = group.y * params.pixels * params.stride + first_channel;
      let stats_at = 2u * (group.y * params.groups + group.x);`;

function specOf(geometry: GroupNormGeometry, layout: Layout, more: Record<string, number>) {
  const { batch, pixels, channels, groups, eps } = geometry;
  const params = {
    batch,
    pixels,
    groups,
    width: layout.width,
    stride: layout.four ? channels / 4 : channels,
    ...more,
  };
  return {
    params,
    floats: { eps, perCount: groups / (channels * pixels) },
    workgroupSize: [layout.threads, 1, 1] as const,
    workgroups: [groups, batch, 1] as const,
    declarations: declarationsOf(layout),
  };
}

/**
 * One dispatch: mean, then variance about that mean (two-pass), then y. Stores mean and 1 / deviation in
 * `stats`.
 */
export function groupNormForward(geometry: GroupNormGeometry, values: GroupNormForward): Kernel[] {
  const type = elementOf(geometry, values.joins?.a);
  const layout = layoutOf(geometry, type);
  const source = gathering(values, type);
  const normal = '(x[at] - mean) * inverse * affine[c] + affine[params.stride + c]';
  const spec = {
    ...specOf(geometry, layout, source.params),
    op: 'group norm',
    bindings: forwardBindings(values, type, source),
    body: /* wgsl */ `${prologue(layout)}
      var plain = T(0.0);
      ${each(layout, `${source.before('group.y', 'c')} ${source.each('p')} plain += value;`)}
      ${sumOfAll(layout, 'sum', 'vec2<f32>(total(plain), 0.0)')}
      let mean = sum.x * params.perCount;
      var squares = T(0.0);
      ${each(layout, 'let d = x[at] - mean; squares += d * d;')}
      ${sumOfAll(layout, 'deviation', 'vec2<f32>(total(squares), 0.0)')}
      let inverse = 1.0 / sqrt(deviation.x * params.perCount + params.eps);
      if (lane == 0u) {
        stats[stats_at] = mean;
        stats[stats_at + 1u] = inverse;
      }
      ${each(layout, `y[at] = ${geometry.act === 'silu' ? `silu(${normal})` : normal};`)}`,
  };
  return [kernel('tiles', spec)];
}

/**
 * dx = inverse (scale d - mean(scale d) - normal mean(scale d normal)), as PyTorch's
 * native_group_norm_backward. Here normal = (x - mean) inverse, d = dy act'(normal scale + shift), and the
 * means are over the group. For each picture, the gradient of scale is the sum of d normal over its pixels,
 * that of shift the sum of d.
 */
export function groupNormBackward(geometry: GroupNormGeometry, values: GroupNormBackward): Kernel[] {
  const type = elementOf(geometry, 'a' in values.to ? values.to.a.value : null);
  const layout = layoutOf(geometry, type);
  const { threads } = layout;
  const silu = geometry.act === 'silu';
  const end = scattering(values, type);
  const picture = summing(values, type);
  const inner = /* wgsl */ `let normal = (x[at] - mean) * inverse;
          let d = dy[at]${silu ? ' * silu_slope(normal * affine[c] + affine[params.stride + c])' : ''};`;
  const store = /* wgsl */ `${inner}
          let slope = (affine[c] * d - means.y - normal * means.x) * inverse;
          ${end.before('group.y', 'c')}
          ${end.each('p')}`;
  const spec = {
    ...specOf(geometry, layout, { ...end.params, ...picture?.params }),
    ...(picture ? { place: picture.place } : {}),
    op: 'group norm backward',
    bindings: backwardBindings(values, type, end, picture),
    declarations: /* wgsl */ `${declarationsOf(layout)}
var<workgroup> gains: array<T, ${threads}>;
var<workgroup> offsets: array<T, ${threads}>;`,
    body: /* wgsl */ `${prologue(layout)}
      let mean = stats[stats_at];
      let inverse = stats[stats_at + 1u];
      var along = vec2<f32>(0.0);
      ${columnSums(
        layout,
        { gains: 'gain', offsets: 'offset' },
        `${inner} gain += d * normal; offset += d;`,
        `let to = 2u * group.y * params.stride + c;
          sums[to] = gains[lane];
          sums[to + params.stride] = offsets[lane];
          along += vec2<f32>(total(affine[c] * gains[lane]), total(affine[c] * offsets[lane]));`,
      )}
      ${sumOfAll(layout, 'all', 'along')}
      let means = all * params.perCount;
      ${
        picture
          ? columnSums(
              layout,
              { gains: 'all_of' },
              `${store} all_of += result;`,
              picture.put('group.y', 'c', 'gains[lane]'),
            )
          : each(layout, store)
      }`,
  };
  return [kernel('tiles', spec)];
}
