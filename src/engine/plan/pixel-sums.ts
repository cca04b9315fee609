// Sums over the pixels of each picture, in a fixed order: the gradient of what a convolution adds per channel. Not here: the
// gradient of a bias alone (the filter gradient's kernels make it), group norm's sums (group-norm.ts).
import { type Family, gridOf, type Kernel, kernel, PLACE, rowsIn, type Value } from './kernel.ts';

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

/** sums [B, C] = dy [B, pixels, C] summed over pixels; they may be columns of a wider matrix, by fours where C is. */
export function pixelSums(
  family: Family,
  { batch, pixels, channels }: PixelSumsGeometry,
  { dy, sums }: { dy: Value; sums: Value },
): Kernel[] {
  const four = family === 'registers' && channels % 4 === 0;
  const size = four ? 4 : 1;
  const width = channels / size;
  const { whole, first, stride } = rowsIn(sums);
  const type = four ? 'vec4<f32>' : 'f32';
  const shared = {
    op: 'pixel sums',
    bindings: {
      dy: { value: dy, access: 'read', type },
      sums: { value: whole, access: 'write', type },
    } as const,
    params: { pixels, channels: width, batch, stride: stride / size },
    place: first / size,
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
      sums[b * params.stride + ${PLACE} + i % params.channels] = sum;`,
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
        sums[group.y * params.stride + ${PLACE} + c] = parts[lane];
      }`,
    }),
  ];
}
