// Sums in a fixed order: over the pixels of each picture (a bias's gradient, picture by picture), and over the pictures, for all
// one-dimensional parameters of a network at once. Not here: group norm's sums (group-norm.ts).
import { type Family, type Kernel, kernel, type Value } from './kernel.ts';
import { gridOf } from './kernel.ts';

export interface PixelSumsGeometry {
  batch: number;
  pixels: number;
  channels: number;
}

/** tiles: 8 channels (one sector of 32 bytes) and 32 pixels side by side. */
const COLUMNS = 8;
const ROWS = 32;
/** registers: lanes along channels, or fours of them; this many pixels are summed before they join the total, so that no sum grows long. */
const LANES = 4;
const BLOCK = 16;

/** sums [B, C] = dy [B, pixels, C] summed over pixels. */
export function pixelSums(
  family: Family,
  { batch, pixels, channels }: PixelSumsGeometry,
  { dy, sums }: { dy: Value; sums: Value },
): Kernel[] {
  const four = family === 'registers' && channels % 4 === 0;
  const width = four ? channels / 4 : channels;
  const type = four ? 'vec4<f32>' : 'f32';
  const shared = {
    op: 'pixel sums',
    bindings: {
      dy: { value: dy, access: 'read', type },
      sums: { value: sums, access: 'write', type },
    } as const,
    params: { pixels, channels: width, batch },
  };
  if (family === 'registers') {
    return [
      kernel(family, {
        ...shared,
        workgroupSize: [LANES, 1, 1],
        workgroups: gridOf(batch * width, LANES),
        body: /* wgsl */ `
      let i = (group.y * 32768u + group.x) * ${LANES}u + lane;
      if (i >= params.batch * params.channels) { return; }
      let b = i / params.channels;
      var at = b * params.pixels * params.channels + i % params.channels;
      var sum = ${type}(0.0);
      for (var p = 0u; p < params.pixels; p += ${BLOCK}u) {
        let end = min(p + ${BLOCK}u, params.pixels);
        var part = ${type}(0.0);
        for (var q = p; q < end; q++) {
          part += dy[at];
          at += params.channels;
        }
        sum += part;
      }
      sums[i] = sum;`,
      }),
    ];
  }
  return [
    kernel(family, {
      ...shared,
      workgroupSize: [COLUMNS * ROWS, 1, 1],
      workgroups: [Math.ceil(channels / COLUMNS), batch, 1],
      declarations: `var<workgroup> parts: array<f32, ${COLUMNS * ROWS}>;`,
      body: /* wgsl */ `
      let c = group.x * ${COLUMNS}u + lane % ${COLUMNS}u;
      let row = lane / ${COLUMNS}u;
      var sum = 0.0;
      if (c < params.channels && group.y < params.batch) {
        for (var p = row; p < params.pixels; p += ${ROWS}u) {
          sum += dy[(group.y * params.pixels + p) * params.channels + c];
        }
      }
      parts[lane] = sum;
      for (var step = ${ROWS / 2}u; step > 0u; step /= 2u) {
        workgroupBarrier();
        if (row < step) { parts[lane] += parts[lane + step * ${COLUMNS}u]; }
      }
      if (row == 0u && c < params.channels && group.y < params.batch) {
        sums[group.y * params.channels + c] = parts[lane];
      }`,
    }),
  ];
}

/**
 * gradient[i] = sums[start[i]] + sums[start[i] + stride[i]] + ... over `batch` pictures, for i < length; added to what is there
 * where control[0] is not zero, of whatever type. start and stride are u32s.
 */
export function batchSums(
  family: Family,
  { batch, length }: { batch: number; length: number },
  {
    sums,
    start,
    stride,
    control,
    gradient,
  }: { sums: Value; start: Value; stride: Value; control: Value; gradient: Value },
): Kernel[] {
  const threads = 64;
  return [
    kernel(family, {
      op: 'batch sums',
      bindings: {
        sums: { value: sums, access: 'read' },
        start: { value: start, access: 'read', type: 'u32' },
        stride: { value: stride, access: 'read', type: 'u32' },
        control: { value: control, access: 'read', type: 'u32' },
        gradient: { value: gradient, access: 'update' },
      },
      params: { length, batch },
      workgroupSize: [threads, 1, 1],
      workgroups: gridOf(length, threads),
      body: /* wgsl */ `
      let i = (group.y * 32768u + group.x) * ${threads}u + lane;
      if (i >= params.length) { return; }
      var at = start[i];
      var sum = 0.0;
      for (var b = 0u; b < params.batch; b++) {
        sum += sums[at];
        at += stride[i];
      }
      if (control[0] != 0u) { sum += gradient[i]; }
      gradient[i] = sum;`,
    }),
  ];
}
