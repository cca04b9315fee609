// Group normalisation for GPUs in software: no barriers, lanes along groups or channels.
import { siluFunctions, sum } from './elementwise.ts';
import type { GroupNormBackward, GroupNormForward, GroupNormGeometry } from './group-norm.ts';
import { type Binding, gridOf, type Kernel, kernel, type Value } from './kernel.ts';

const read = (value: Value): Binding => ({ value, access: 'read' });

function paramsOf({ batch, pixels, channels, groups, eps }: GroupNormGeometry) {
  return {
    params: { batch, pixels, channels, groups, width: channels / groups },
    floats: { eps, perCount: groups / (channels * pixels) },
  };
}

const LANES = 4;
/** Pixels summed before they join the total, so that no sum grows long. */
const BLOCK = 16;
/** Channels side by side and pixels of an invocation, where lanes run along channels. */
const SPAN = 64;
const WIDE = 32;

export function groupNormForward(geometry: GroupNormGeometry, values: GroupNormForward): Kernel[] {
  const { batch, groups, act } = geometry;
  const normal = '(x[at + w] - mean) * inverse * scale[c + w] + shift[c + w]';
  const totalOf = (name: string, term: string) => /* wgsl */ `
      var ${name} = 0.0;
      for (var p = 0u; p < params.pixels; p += ${BLOCK}u) {
        let end = min(p + ${BLOCK}u, params.pixels);
        var part = 0.0;
        for (var q = p; q < end; q++) {
          let at = first + q * params.channels;
          for (var w = 0u; w < params.width; w++) { ${term} }
        }
        ${name} += part;
      }`;
  const spec = {
    ...paramsOf(geometry),
    op: 'group norm',
    bindings: {
      x: read(values.x),
      scale: read(values.scale),
      shift: read(values.shift),
      y: { value: values.y, access: 'write' },
      stats: { value: values.stats, access: 'write' },
    } as const,
    workgroupSize: [LANES, 1, 1] as const,
    workgroups: gridOf(batch * groups, LANES),
    declarations: siluFunctions(false),
    body: /* wgsl */ `
      let i = (group.y * 32768u + group.x) * ${LANES}u + lane;
      if (i >= params.batch * params.groups) { return; }
      let c = (i % params.groups) * params.width;
      let first = (i / params.groups) * params.pixels * params.channels + c;
      ${totalOf('sum', 'part += x[at + w];')}
      let mean = sum * params.perCount;
      ${totalOf('squares', 'let d = x[at + w] - mean; part += d * d;')}
      let inverse = 1.0 / sqrt(squares * params.perCount + params.eps);
      stats[2u * i] = mean;
      stats[2u * i + 1u] = inverse;
      for (var p = 0u; p < params.pixels; p++) {
        let at = first + p * params.channels;
        for (var w = 0u; w < params.width; w++) {
          y[at + w] = ${act === 'silu' ? `silu(${normal})` : normal};
        }
      }`,
  };
  return [kernel('registers', spec)];
}

export function groupNormBackward(geometry: GroupNormGeometry, values: GroupNormBackward): Kernel[] {
  const { batch, pixels, channels } = geometry;
  const silu = geometry.act === 'silu';
  const shift: Record<string, Binding> = silu ? { shift: read(values.shift) } : {};
  const d = `dy[at]${silu ? ' * silu_slope(normal * gain + offset)' : ''}`;
  const channel = /* wgsl */ `
      let g = c / params.width;
      let stats_at = 2u * (b * params.groups + g);
      let mean = stats[stats_at];
      let inverse = stats[stats_at + 1u];
      ${silu ? 'let gain = scale[c]; let offset = shift[c];' : ''}`;
  const sums = {
    ...paramsOf(geometry),
    op: 'group norm backward sums',
    bindings: {
      x: read(values.x),
      stats: read(values.stats),
      ...(silu ? { scale: read(values.scale) } : {}),
      ...shift,
      dy: read(values.dy),
      scaleSums: { value: values.scaleSums, access: 'write' },
      shiftSums: { value: values.shiftSums, access: 'write' },
    } as Record<string, Binding>,
    workgroupSize: [8, 1, 1] as const,
    workgroups: gridOf(batch * channels, 8),
    declarations: siluFunctions(false),
    body: /* wgsl */ `
      let i = (group.y * 32768u + group.x) * 8u + lane;
      if (i >= params.batch * params.channels) { return; }
      let b = i / params.channels;
      let c = i % params.channels;
      ${channel}
      var at = b * params.pixels * params.channels + c;
      var gains = 0.0;
      var offsets = 0.0;
      for (var p = 0u; p < params.pixels; p += ${BLOCK}u) {
        let end = min(p + ${BLOCK}u, params.pixels);
        var gain_part = 0.0;
        var offset_part = 0.0;
        for (var q = p; q < end; q++) {
          let normal = (x[at] - mean) * inverse;
          let d = ${d};
          gain_part += d * normal;
          offset_part += d;
          at += params.channels;
        }
        gains += gain_part;
        offsets += offset_part;
      }
      scaleSums[i] = gains;
      shiftSums[i] = offsets;`,
  };
  const { bindings: dx, term } = sum('dx', values.add, values.dx);
  const result = {
    ...paramsOf(geometry),
    op: 'group norm backward',
    bindings: {
      x: read(values.x),
      stats: read(values.stats),
      scale: read(values.scale),
      ...shift,
      dy: read(values.dy),
      ...dx,
      scaleSums: read(values.scaleSums),
      shiftSums: read(values.shiftSums),
    } as Record<string, Binding>,
    workgroupSize: [WIDE, 1, 1] as const,
    workgroups: [Math.ceil(pixels / SPAN), Math.ceil(channels / WIDE), batch] as const,
    declarations: siluFunctions(false),
    body: /* wgsl */ `
      let c = group.y * ${WIDE}u + lane;
      let b = group.z;
      if (c >= params.channels) { return; }
      ${channel}
      var along = 0.0;
      var level = 0.0;
      for (var w = 0u; w < params.width; w++) {
        let other = g * params.width + w;
        along += scale[other] * scaleSums[b * params.channels + other];
        level += scale[other] * shiftSums[b * params.channels + other];
      }
      along *= params.perCount;
      level *= params.perCount;
      ${silu ? '' : 'let gain = scale[c];'}
      let end = min((group.x + 1u) * ${SPAN}u, params.pixels);
      for (var p = group.x * ${SPAN}u; p < end; p++) {
        let at = (b * params.pixels + p) * params.channels + c;
        let normal = (x[at] - mean) * inverse;
        let d = ${d};
        dx[at] = (gain * d - level - normal * along) * inverse${term('at')};
      }`,
  };
  return [kernel('registers', sums), kernel('registers', result)];
}
