// The convolution's three operations for GPUs in software, composed of a few kernels that serve every
// geometry: shapes are in the uniform, because on a software GPU a pipeline takes tenths of a second to
// compile. Not here: the kernels (taps.ts, window.ts, filter.ts), GPUs in hardware (../tiles/).
//
// What operations cost on SwiftShader, measured on two cores, stands at the head of quads.ts.
import type { ConvForward, ConvGeometry, ConvInputGradient } from '../geometry.ts';
import type { Ends, QuadTarget, WeightStrides } from './quads.ts';
import { asOnePicture, tapConvolution } from './taps.ts';
import { windowConvolution } from './window.ts';
import type { Kernel } from '../../kernel.ts';

export { convFilterGradient, filterSplits } from './filter.ts';

const FORWARD = 'conv forward';
const INPUT_GRADIENT = 'conv input gradient';

/** Strides of weight [k, k, ins, outs] for the forward convolution. */
function forwardStrides({ kernel, ins, outs }: ConvGeometry): WeightStrides {
  return { base: 0, perRow: kernel * ins * outs, perColumn: ins * outs, perIn: outs, perOut: 1 };
}

/** One kernel: 3x3 of stride 1 by Winograd (window.ts), all others tap by tap (taps.ts). */
export function convForward(target: QuadTarget, geometry: ConvGeometry, values: ConvForward): Kernel[] {
  const { x, weight, bias, perChannel, residual, y } = values;
  const ends = { source: x, weight, bias, perChannel, residual, target: y, keep: false };
  const strides = forwardStrides(geometry);
  const { kernel, stride, padBefore } = geometry;
  if (kernel === 3 && stride === 1)
    return [windowConvolution(target, FORWARD, { ...geometry, strides }, ends)];
  // As one picture, a matrix product has no torn tiles but the last; perChannel needs each pixel's own
  // picture.
  const pixels =
    isProduct(geometry) && !perChannel ? { ...geometry, ...asOnePicture(pixelsOf(geometry)) } : geometry;
  const output = { rows: pixels.outHeight, columns: pixels.outWidth, step: 1, row: 0, column: 0 };
  const taps = {
    tapStep: 1,
    tapsDown: kernel,
    tapsAcross: kernel,
    rowShift: -padBefore,
    columnShift: -padBefore,
  };
  return [tapConvolution(target, FORWARD, { ...pixels, ...taps, output, stride, strides }, ends)];
}

const isProduct = ({ kernel, stride, upsample }: ConvGeometry) => kernel === 1 && stride === 1 && !upsample;

const pixelsOf = ({ batch, outHeight, outWidth }: ConvGeometry) => batch * outHeight * outWidth;

/**
 * The input gradient is itself a convolution: of dy, with input and output exchanged. For stride 1 the filter
 * is rotated by 180 degrees; for stride 2 there is one kernel for each parity of rows and columns.
 */
export function convInputGradient(
  target: QuadTarget,
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
    return [windowConvolution(target, INPUT_GRADIENT, rotated(geometry), ends)];
  const flat = { ...geometry, ...asOnePicture(pixelsOf(geometry)) };
  return byParity(target, kernel === 1 && stride === 1 ? flat : geometry, ends);
}

/** The geometry with input and output exchanged: pictures and channels. */
function swapped({ batch, height, width, outHeight, outWidth, ins, outs }: ConvGeometry) {
  return {
    ...{ batch, upsample: false, ins: outs, outs: ins },
    ...{ height: outHeight, width: outWidth, outHeight: height, outWidth: width },
  };
}

/**
 * The geometry of the input gradient for stride 1: the filter rotated by 180 degrees, so that its last tap is
 * tap 0.
 */
function rotated(geometry: ConvGeometry) {
  const { perRow, perColumn, perIn, perOut } = forwardStrides(geometry);
  const strides = {
    ...{ base: 2 * (perRow + perColumn), perRow: -perRow, perColumn: -perColumn },
    ...{ perIn: perOut, perOut: perIn },
  };
  return { ...swapped(geometry), padBefore: 2 - geometry.padBefore, strides };
}

/**
 * The input gradient tap by tap. Along each axis, output pixel (p + pad - tap) / stride reads x's pixel p if
 * that is an integer. So pixels p of equal remainder modulo `stride` share their taps, every `stride`th one;
 * each pair of remainders gets a kernel of its own, and nothing is multiplied by an inserted zero.
 */
function byParity(target: QuadTarget, geometry: ConvGeometry, ends: Ends): Kernel[] {
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
      const output = {
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
          ...{ ...swapped(geometry), output, strides, stride: 1, tapStep: -1 },
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
