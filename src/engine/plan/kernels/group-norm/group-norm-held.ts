// Group normalisation for GPUs in hardware, several groups side by side: a workgroup reads whole cache lines
// and holds its pixels in registers, so that x (backward: x and dy) is read once. Estimated on an RX 7900 XTX
// (bench/gpu-judge), 16 x 32 x 32 x 64: forward 49 to 4 us, backward 74 to 9. Not here: pictures that do not
// fit (group-norm-tiles.ts), how they are laid out (held-layout.ts).
import { lines, range, unroll } from '../wgsl-text.ts';
import type { GroupNormBackward, GroupNormForward, GroupNormGeometry } from './geometry.ts';
import {
  backwardBindings,
  type Element,
  elementFunctions,
  forwardBindings,
  gathering,
  scattering,
  summing,
} from './group-norm-ends.ts';
import type { HeldLayout } from './held-layout.ts';
import { type Kernel, kernel } from '../kernel.ts';

/** Pixels whose old gradients are read at a time, before any is stored. */
const AT_ONCE = 4;

/** WGSL: the sum of `terms` by halves, as a tree reduction in workgroup memory adds them. */
function tree(terms: readonly string[]): string {
  if (terms.length === 1) return terms[0] as string;
  const half = Math.ceil(terms.length / 2);
  return tree(
    range(half).map((i) => {
      const other = terms[i + half];
      return other === undefined ? (terms[i] as string) : `(${terms[i]} + ${other})`;
    }),
  );
}

/**
 * WGSL: `let name`, the sum over this invocation's pixels: `each(k)` adds pixel k to the variable `part`. In
 * as many parts as `layoutOf` has rows for them. `first`: what is summed of a part.
 */
const sumOfHeld = (
  { held, parts }: HeldLayout,
  name: string,
  term: (k: number) => string,
  first: (part: string) => string = (part) => part,
): string => /* wgsl */ `
      ${unroll(parts, (q) => {
        const own = range(held).filter((k) => k % parts === q);
        return `var ${name}_${q} = ${term(q)}; ${lines(own.slice(1), (k) => `${name}_${q} += ${term(k)};`)}`;
      })}
      let ${name} = ${tree(range(parts).map((q) => first(`${name}_${q}`)))};`;

/** WGSL: the arrays' first `columns` elements become the sums over the workgroup's rows of each column. */
function sumRows({ columns, rows }: HeldLayout, sums: Readonly<Record<string, string>>): string {
  const all = (text: (array: string, value: string) => string) =>
    lines(Object.entries(sums), ([array, value]) => text(array, value));
  const steps = range(Math.log2(rows)).map((i) => rows >> (i + 1));
  return /* wgsl */ `
      ${all((array, value) => `${array}[lane] = ${value};`)}
      workgroupBarrier();
      ${lines(
        steps,
        (step) => /* wgsl */ `if (lane < ${step * columns}u) {
        ${all((array) => `${array}[lane] += ${array}[lane + ${step * columns}u];`)}
      }
      workgroupBarrier();`,
      )}`;
}

/** How sums over groups are typed: one number for all channels of an element, or one for each of them. */
const sumTypeOf = ({ four, byFours }: HeldLayout): 'f32' | 'T' => (four && !byFours ? 'T' : 'f32');

/**
 * WGSL functions `group_of_NAME(column)`: the sums over the groups of a column's channels, of the arrays'
 * elements: `element` is what is summed of one.
 */
function groupSums(
  layout: HeldLayout,
  arrays: readonly string[],
  element: (value: string) => string,
): string {
  const { perGroup, four, byFours } = layout;
  const ofOne = (array: string) => {
    const count = byFours ? perGroup / 4 : perGroup;
    return /* wgsl */ `
fn group_of_${array}(column: u32) -> f32 {
  let first = column / ${count}u * ${count}u;
  return ${tree(range(count).map((i) => element(`${array}[first + ${i}u]`)))};
}`;
  };
  const ofEach = (array: string) => /* wgsl */ `
fn channel_of_${array}(c: u32) -> f32 { return ${array}[c / 4u][c % 4u]; }
fn channels_of_${array}(c: u32) -> f32 {
  let first = c / ${perGroup}u * ${perGroup}u;
  return ${tree(range(perGroup).map((i) => `channel_of_${array}(first + ${i}u)`))};
}
fn group_of_${array}(column: u32) -> T {
  return T(${range(4)
    .map((i) => `channels_of_${array}(4u * column + ${i}u)`)
    .join(', ')});
}`;
  return lines(arrays, four && !byFours ? ofEach : ofOne);
}

/** WGSL: the statistics of this invocation's channels, read from or written to `stats` by `text`. */
function eachGroup(
  { four, byFours, perGroup, columns }: HeldLayout,
  text: (at: string, part: string) => string,
  onlyFirst: boolean,
): string {
  const size = four ? 4 : 1;
  const at = (channel: string) =>
    `2u * (group.y * params.groups + (group.x * ${columns * size}u + ${channel}) / ${perGroup}u)`;
  const parts = four && !byFours ? 4 : 1;
  return unroll(parts, (i) => {
    const channel = `${size}u * column + ${i}u`;
    const put = text(at(channel), parts === 1 ? '' : `.${'xyzw'[i]}`);
    return onlyFirst ? `if (row == 0u && (${channel}) % ${perGroup}u == 0u) { ${put} }` : put;
  });
}

function specOf(geometry: GroupNormGeometry, layout: HeldLayout, more: Record<string, number>) {
  const { batch, pixels, channels, groups, eps } = geometry;
  const { four, columns, threads, subgroupSize } = layout;
  const stride = four ? channels / 4 : channels;
  return {
    params: { batch, pixels, groups, width: columns, stride, ...more },
    floats: { eps, perCount: groups / (channels * pixels) },
    workgroupSize: [threads, 1, 1] as const,
    workgroups: [stride / columns, batch, 1] as const,
    subgroupSize,
  };
}

const prologue = ({ columns, rows, held }: HeldLayout): string => /* wgsl */ `
      if (group.y >= params.batch) { return; }
      let column = lane % ${columns}u;
      let row = lane / ${columns}u;
      let c = group.x * ${columns}u + column;
      let at_0 = (group.y * params.pixels + row) * params.stride + c;
      ${lines(range(held).slice(1), (k) => `let at_${k} = at_0 + ${k * rows}u * params.stride;`)}`;

/** As `groupNormForward` of group-norm-tiles.ts. `type`: of an element of `layout`. */
export function heldForward(
  geometry: GroupNormGeometry,
  values: GroupNormForward,
  layout: HeldLayout,
  type: Element,
): Kernel[] {
  const source = gathering(values, type);
  const { held, rows, byFours, threads } = layout;
  const sums = sumTypeOf(layout);
  const pixels = range(held).map((k) => `(row + ${k * rows}u)`);
  const first = (part: string) => (byFours ? `total(${part})` : part);
  const sumOfGroup = (name: string, term: (k: number) => string) => /* wgsl */ `
      ${sumOfHeld(layout, name, term, first)}
      ${sumRows(layout, { parts: name })}
      let ${name}_of_group = group_of_parts(column);
      workgroupBarrier();`;
  const normal = (k: number) => `(value_${k} - mean) * inverse * affine[c] + affine[params.stride + c]`;
  const spec = {
    ...specOf(geometry, layout, source.params),
    op: 'group norm',
    bindings: forwardBindings(values, type, source),
    declarations: /* wgsl */ `${elementFunctions(layout.four)}
var<workgroup> parts: array<${sums}, ${threads}>;
${groupSums(layout, ['parts'], (value) => value)}`,
    body: /* wgsl */ `${prologue(layout)}
      ${source.before('group.y', 'c')}
      ${source.several(pixels)}
      ${sumOfGroup('plain', (k) => `value_${k}`)}
      let mean = plain_of_group * params.perCount;
      ${unroll(held, (k) => `let off_${k} = value_${k} - mean;`)}
      ${sumOfGroup('squares', (k) => `off_${k} * off_${k}`)}
      let inverse = 1.0 / sqrt(squares_of_group * params.perCount + params.eps);
      ${eachGroup(layout, (at, part) => `stats[${at}] = mean${part}; stats[${at} + 1u] = inverse${part};`, true)}
      ${unroll(held, (k) => `y[at_${k}] = ${geometry.act === 'silu' ? `silu(${normal(k)})` : normal(k)};`)}`,
  };
  return [kernel('tiles', spec)];
}

/** WGSL: `sums` of each channel, and the means `along` and `level` that the gradients of a group need. */
const sumsOfGradients = (layout: HeldLayout): string => /* wgsl */ `
      ${sumOfHeld(layout, 'gain_sum', (k) => `d_${k} * normal_${k}`)}
      ${sumOfHeld(layout, 'offset_sum', (k) => `d_${k}`)}
      ${sumRows(layout, { gains: 'gain_sum', offsets: 'offset_sum' })}
      if (row == 0u) {
        let to = 2u * group.y * params.stride + c;
        sums[to] = gains[lane];
        sums[to + params.stride] = offsets[lane];
        gains[lane] = gain * gains[lane];
        offsets[lane] = gain * offsets[lane];
      }
      workgroupBarrier();
      let along = group_of_gains(column) * params.perCount;
      let level = group_of_offsets(column) * params.perCount;`;

/** As `groupNormBackward` of group-norm-tiles.ts, where the equation stands. */
export function heldBackward(
  geometry: GroupNormGeometry,
  values: GroupNormBackward,
  layout: HeldLayout,
  type: Element,
): Kernel[] {
  const target = scattering(values, type);
  const picture = summing(values, type);
  const { held, rows, threads, byFours } = layout;
  const silu = geometry.act === 'silu';
  const sums = sumTypeOf(layout);
  const pixels = range(held).map((k) => `(row + ${k * rows}u)`);
  const spec = {
    ...specOf(geometry, layout, { ...target.params, ...picture?.params }),
    ...(picture ? { place: picture.place } : {}),
    op: 'group norm backward',
    bindings: backwardBindings(values, type, target, picture),
    declarations: /* wgsl */ `${elementFunctions(layout.four)}
var<workgroup> gains: array<T, ${threads}>;
var<workgroup> offsets: array<T, ${threads}>;
${groupSums(layout, ['gains', 'offsets'], (value) => (byFours ? `total(${value})` : value))}`,
    body: /* wgsl */ `${prologue(layout)}
      ${unroll(held, (k) => `let value_${k} = x[at_${k}];`)}
      ${unroll(held, (k) => `let dy_${k} = dy[at_${k}];`)}
      var mean: ${sums};
      var inverse: ${sums};
      ${eachGroup(layout, (at, part) => `mean${part} = stats[${at}]; inverse${part} = stats[${at} + 1u];`, false)}
      let gain = affine[c];
      ${silu ? 'let offset = affine[params.stride + c];' : ''}
      ${unroll(
        held,
        (k) => /* wgsl */ `let normal_${k} = (value_${k} - mean) * inverse;
      let d_${k} = dy_${k}${silu ? ` * silu_slope(normal_${k} * gain + offset)` : ''};`,
      )}
      ${sumsOfGradients(layout)}
      ${target.before('group.y', 'c')}
      ${unroll(held, (k) => `let slope_${k} = (gain * d_${k} - level - normal_${k} * along) * inverse;`)}
      ${lines(range(Math.ceil(held / AT_ONCE)), (i) =>
        target.several(pixels, range(held).slice(i * AT_ONCE, (i + 1) * AT_ONCE)),
      )}
      ${
        picture
          ? /* wgsl */ `workgroupBarrier();
      ${sumOfHeld(layout, 'all', (k) => `result_${k}`)}
      ${sumRows(layout, { gains: 'all' })}
      if (row == 0u) { ${picture.put('group.y', 'c', 'gains[lane]')} }`
          : ''
      }`,
  };
  return [kernel('tiles', spec)];
}
