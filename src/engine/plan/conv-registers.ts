// The convolution's three operations for GPUs in software, put together from a few kernels that serve every shape: shapes
// are uniforms, because there a pipeline compiles for tenths of a second. Not here: the kernels themselves
// (conv-registers-*.ts), GPUs in hardware (conv-tiles.ts).
//
// Measured on SwiftShader, two cores: see the head of conv-registers-quads.ts for what things cost there.
import type { ConvForward, ConvGeometry, ConvInputGradient } from './conv.ts';
import { seed } from './conv-registers-seed.ts';
import { type Made, tapConvolution } from './conv-registers-taps.ts';
import { type WeightStrides, windowConvolution, type WindowValues } from './conv-registers-window.ts';
import type { Kernel } from './kernel.ts';

export { convFilterGradient, filterPartialShape } from './conv-registers-filter.ts';

const FORWARD = 'conv forward';
const INPUT_GRADIENT = 'conv input gradient';

/** Of [k, k, ins, outs], as the forward convolution reads it. */
function forwardStrides({ kernel, ins, outs }: ConvGeometry): WeightStrides {
  return { base: 0, perRow: kernel * ins * outs, perColumn: ins * outs, perIn: outs, perOut: 1 };
}

export function convForward(geometry: ConvGeometry, values: ConvForward): Kernel[] {
  const { batch, outHeight, outWidth, outs, kernel, stride, padBefore } = geometry;
  const { x, weight, bias, perChannel, residual, y } = values;
  const shape = { batch, pixels: outHeight * outWidth, channels: outs };
  const to: WindowValues = { source: x, weight, target: y, keep: true };
  const strides = forwardStrides(geometry);
  const taps = {
    ...{ made: everyPixel(outHeight, outWidth), stride, tapStep: 1 },
    ...{ tapsDown: kernel, tapsAcross: kernel, rowShift: -padBefore, columnShift: -padBefore },
  };
  return [
    seed(FORWARD, shape, { bias, perChannel, residual }, y),
    kernel === 3 && stride === 1
      ? windowConvolution(FORWARD, { ...geometry, strides }, to)
      : tapConvolution(FORWARD, { ...geometry, ...taps, strides }, to),
  ];
}

const everyPixel = (rows: number, columns: number): Made => ({ rows, columns, step: 1, row: 0, column: 0 });

/** A convolution of dy, with ins and outs, and pictures, the other way round. */
export function convInputGradient(geometry: ConvGeometry, values: ConvInputGradient): Kernel[] {
  const { batch, height, width, ins, stride, kernel } = geometry;
  const { dy, weight, add, dx } = values;
  const to: WindowValues = { source: dy, weight, target: dx, keep: add !== null };
  const shape = { batch, pixels: height * width, channels: ins };
  return [
    ...(add && add !== dx ? [seed(INPUT_GRADIENT, shape, { residual: add }, dx)] : []),
    ...(kernel === 3 && stride === 1
      ? [windowConvolution(INPUT_GRADIENT, turned(geometry), to)]
      : byParity(geometry, to)),
  ];
}

/** What is made and what is read change places. */
function swapped({ batch, height, width, outHeight, outWidth, ins, outs }: ConvGeometry) {
  return {
    ...{ batch, upsample: false, ins: outs, outs: ins },
    ...{ height: outHeight, width: outWidth, outHeight: height, outWidth: width },
  };
}

/** With the taps in reverse order: tap 0 of the turned convolution is the last of the weight. */
function turned(geometry: ConvGeometry) {
  const { perRow, perColumn, perIn, perOut } = forwardStrides(geometry);
  const strides = {
    ...{ base: 2 * (perRow + perColumn), perRow: -perRow, perColumn: -perColumn },
    ...{ perIn: perOut, perOut: perIn },
  };
  return { ...swapped(geometry), padBefore: 2 - geometry.padBefore, strides };
}

/**
 * x's pixel p is read by output (p + pad - tap) / stride, where that divides: the pixels of one remainder have the same
 * taps, every `stride`th, so that no product is with a zero.
 */
function byParity(geometry: ConvGeometry, to: WindowValues): Kernel[] {
  const { height, width, kernel, stride, padBefore } = geometry;
  const along = (size: number) =>
    Array.from({ length: stride }, (_, start) => {
      const firstTap = (start + padBefore) % stride;
      return {
        start,
        count: Math.ceil((size - start) / stride),
        firstTap,
        taps: Math.max(0, Math.ceil((kernel - firstTap) / stride)),
        shift: (start + padBefore - firstTap) / stride,
      };
    }).filter(({ count }) => count > 0);
  const { perRow, perColumn, perIn, perOut } = forwardStrides(geometry);
  return along(height).flatMap((down) =>
    along(width).map((across) => {
      const made = {
        ...{ rows: down.count, columns: across.count, step: stride },
        ...{ row: down.start, column: across.start },
      };
      const strides = {
        base: down.firstTap * perRow + across.firstTap * perColumn,
        ...{ perRow: stride * perRow, perColumn: stride * perColumn, perIn: perOut, perOut: perIn },
      };
      return tapConvolution(
        INPUT_GRADIENT,
        {
          ...{ ...swapped(geometry), made, strides, stride: 1, tapStep: -1 },
          ...{
            tapsDown: down.taps,
            tapsAcross: across.taps,
            rowShift: down.shift,
            columnShift: across.shift,
          },
        },
        to,
      );
    }),
  );
}
