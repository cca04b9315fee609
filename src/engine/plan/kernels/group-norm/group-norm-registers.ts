// Group normalisation for GPUs in software: no barriers, no workgroup memory. One invocation reduces and
// writes one group of one picture, forward and backward, in one dispatch each. A workgroup has four lanes,
// since no more run at once. Measured: a step of `bench` takes 1,350 ms of processor time; 1,440 ms when the
// backward pass reduced each channel by itself and wrote its result in a second dispatch.
import {
  backwardBindings,
  type Element,
  elementFunctions,
  elementOf,
  forwardBindings,
  gathering,
  scattering,
  summing,
} from './group-norm-ends.ts';
import type { GroupNormBackward, GroupNormForward, GroupNormGeometry } from './geometry.ts';
import { gridOf, type Kernel, kernel } from '../kernel.ts';

const LANES = 4;
/** Blocked summation: sums of BLOCK pixels are added to the total, which keeps rounding errors small. */
const BLOCK = 16;

/**
 * What both kernels have in common: one lane for each group of each picture, channels as vec4s where
 * possible.
 */
function specOf(
  { batch, pixels, channels, groups, eps }: GroupNormGeometry,
  type: Element,
  more: Record<string, number>,
) {
  const perGroup = channels / groups;
  const four = type !== 'f32';
  const size = four ? 4 : 1;
  return {
    params: { batch, pixels, groups, width: perGroup / size, stride: channels / size, ...more },
    floats: { eps, perCount: 1 / (perGroup * pixels) },
    workgroupSize: [LANES, 1, 1] as const,
    workgroups: gridOf(batch * groups, LANES),
    declarations: elementFunctions(four),
  };
}

/**
 * WGSL: `i`, this lane's group among the groups of all pictures; `c`, its first channel; `first`, its first
 * element.
 */
const GROUP = /* wgsl */ `
      let i = (group.y * 32768u + group.x) * ${LANES}u + lane;
      if (i >= params.batch * params.groups) { return; }
      let c = (i % params.groups) * params.width;
      let first = (i / params.groups) * params.pixels * params.stride + c;`;

const PICTURE = '(i / params.groups)';

/** WGSL: runs `each` for every pixel; around each BLOCK of pixels `start` before and `join` after. */
const inBlocks = (start: string, each: string, join: string) => /* wgsl */ `
      for (var p = 0u; p < params.pixels; p += ${BLOCK}u) {
        let end = min(p + ${BLOCK}u, params.pixels);
        ${start}
        for (var q = p; q < end; q++) {
          ${each}
          at += params.stride;
        }
        ${join}
      }`;

/**
 * One dispatch: mean, then variance about that mean (two-pass), then y. Stores mean and 1 / deviation in
 * `stats`.
 */
export function groupNormForward(geometry: GroupNormGeometry, values: GroupNormForward): Kernel[] {
  const type = elementOf(geometry, values.joins?.a);
  const source = gathering(values, type);
  const totalOf = (name: string, before: string, term: string) => /* wgsl */ `
      var ${name} = T(0.0);
      for (var w = 0u; w < params.width; w++) {
        ${before}
        var at = first + w;
        ${inBlocks('var part = T(0.0);', term, `${name} += part;`)}
      }`;
  const spec = {
    ...specOf(geometry, type, source.params),
    op: 'group norm',
    bindings: forwardBindings(values, type, source),
    body: /* wgsl */ `${GROUP}
      ${totalOf('plain', source.before(PICTURE, 'c + w'), `${source.each('q')} part += value;`)}
      let mean = total(plain) * params.perCount;
      ${totalOf('squares', '', 'let d = x[at] - mean; part += d * d;')}
      let inverse = 1.0 / sqrt(total(squares) * params.perCount + params.eps);
      stats[2u * i] = mean;
      stats[2u * i + 1u] = inverse;
      for (var w = 0u; w < params.width; w++) {
        let gain = affine[c + w] * inverse;
        let offset = affine[params.stride + c + w];
        var at = first + w;
        for (var p = 0u; p < params.pixels; p++) {
          let normal = (x[at] - mean) * gain + offset;
          y[at] = ${geometry.act === 'silu' ? 'silu(normal)' : 'normal'};
          at += params.stride;
        }
      }`,
  };
  return [kernel('registers', spec)];
}

/**
 * The first of the two passes of the gradient over a group: `sums` of each of its channels, then the means
 * `along` and `level` that every input gradient of the group needs. `channel` and `derivative` are what
 * `groupNormBackward` computes for a channel and for an element.
 */
const groupSums = (channel: string, derivative: string): string => /* wgsl */ `
      let mean = stats[2u * i];
      let inverse = stats[2u * i + 1u];
      var along = 0.0;
      var level = 0.0;
      for (var w = 0u; w < params.width; w++) {
        ${channel}
        var gains = T(0.0);
        var offsets = T(0.0);
        var at = first + w;
        ${inBlocks(
          'var gain_part = T(0.0); var offset_part = T(0.0);',
          `${derivative} gain_part += d * normal; offset_part += d;`,
          'gains += gain_part; offsets += offset_part;',
        )}
        let to = 2u * ${PICTURE} * params.stride + c + w;
        sums[to] = gains;
        sums[to + params.stride] = offsets;
        along += total(gain * gains);
        level += total(gain * offsets);
      }
      along *= params.perCount;
      level *= params.perCount;`;

/** The equation stands at `groupNormBackward` in group-norm-tiles.ts. */
export function groupNormBackward(geometry: GroupNormGeometry, values: GroupNormBackward): Kernel[] {
  const { act } = geometry;
  const type = elementOf(geometry, 'a' in values.to ? values.to.a.value : null);
  const target = scattering(values, type);
  const picture = summing(values, type);
  const silu = act === 'silu';
  const channel = `let gain = affine[c + w]; ${silu ? 'let offset = affine[params.stride + c + w];' : ''}`;
  const derivative = /* wgsl */ `let normal = (x[at] - mean) * inverse;
          let d = dy[at]${silu ? ' * silu_slope(normal * gain + offset)' : ''};`;
  const spec = {
    ...specOf(geometry, type, { ...target.params, ...picture?.params }),
    ...(picture ? { place: picture.place } : {}),
    op: 'group norm backward',
    bindings: backwardBindings(values, type, target, picture),
    body: /* wgsl */ `${GROUP}
      ${groupSums(channel, derivative)}
      for (var w = 0u; w < params.width; w++) {
        ${channel}
        ${target.before(PICTURE, 'c + w')}
        var all = T(0.0);
        var at = first + w;
        ${inBlocks(
          'var part = T(0.0);',
          `${derivative}
          let slope = (gain * d - level - normal * along) * inverse;
          ${target.each('q')}
          part += result;`,
          'all += part;',
        )}
        ${picture?.put(PICTURE, 'c + w', 'all') ?? ''}
      }`,
  };
  return [kernel('registers', spec)];
}
