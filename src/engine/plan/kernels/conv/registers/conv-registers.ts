// The convolution's three operations for GPUs in software, put together from a few kernels that serve every shape: shapes
// are uniforms, because there a pipeline compiles for tenths of a second. Not here: the kernels themselves
// (conv-registers-*.ts), GPUs in hardware (conv-tiles.ts).
//
// Measured on SwiftShader, two cores: see the head of conv-registers-quads.ts for what things cost there.
import type { ConvForward, ConvGeometry, ConvInputGradient } from '../geometry.ts';
import type { Ends, Quads, WeightStrides } from './quads.ts';
import { asOnePicture, tapConvolution } from './taps.ts';
import { windowConvolution } from './window.ts';
import type { Kernel } from '../../kernel.ts';

export { convFilterGradient, filterSplits } from './filter.ts';

const FORWARD = 'conv forward';
const INPUT_GRADIENT = 'conv input gradient';

/** Of [k, k, ins, outs], as the forward convolution reads it. */
function forwardStrides({ kernel, ins, outs }: ConvGeometry): WeightStrides {
  return { base: 0, perRow: kernel * ins * outs, perColumn: ins * outs, perIn: outs, perOut: 1 };
}

export function convForward(target: Quads, geometry: ConvGeometry, values: ConvForward): Kernel[] {
  const { x, weight, bias, perChannel, residual, y } = values;
  const ends = { source: x, weight, bias, perChannel, residual, target: y, keep: false };
  const strides = forwardStrides(geometry);
  const { kernel, stride, padBefore } = geometry;
  if (kernel === 3 && stride === 1)
    return [windowConvolution(target, FORWARD, { ...geometry, strides }, ends)];
  // A value per channel and picture needs to know the picture.
  const pixels =
    isProduct(geometry) && !perChannel ? { ...geometry, ...asOnePicture(pixelsOf(geometry)) } : geometry;
  const made = { rows: pixels.outHeight, columns: pixels.outWidth, step: 1, row: 0, column: 0 };
  const taps = {
    tapStep: 1,
    tapsDown: kernel,
    tapsAcross: kernel,
    rowShift: -padBefore,
    columnShift: -padBefore,
  };
  return [tapConvolution(target, FORWARD, { ...pixels, ...taps, made, stride, strides }, ends)];
}

const isProduct = ({ kernel, stride, upsample }: ConvGeometry) => kernel === 1 && stride === 1 && !upsample;

const pixelsOf = ({ batch, outHeight, outWidth }: ConvGeometry) => batch * outHeight * outWidth;

/** A convolution of dy, with ins and outs, and pictures, the other way round. */
export function convInputGradient(
  target: Quads,
  geometry: ConvGeometry,
  values: ConvInputGradient,
): Kernel[] {
  const { dy, weight, add, dx } = values;
  const ends = {
    ...{ source: dy, weight, bias: null, perChannel: null, target: dx },
    ...(add === dx ? { residual: null, keep: true } : { residual: add, keep: false }),
  };
  const { kernel, stride } = geometry;
  if (kernel === 3 && stride === 1)
    return [windowConvolution(target, INPUT_GRADIENT, turned(geometry), ends)];
  const flat = { ...geometry, ...asOnePicture(pixelsOf(geometry)) };
  return byParity(target, kernel === 1 && stride === 1 ? flat : geometry, ends);
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
function byParity(target: Quads, geometry: ConvGeometry, ends: Ends): Kernel[] {
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
        target,
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
        ends,
      );
    }),
  );
}
