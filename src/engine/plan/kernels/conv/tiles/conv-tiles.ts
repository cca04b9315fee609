// The convolution's three operations for GPUs in hardware, each an implicit GEMM with tiles in workgroup
// memory. Their speed was never measured on such a GPU. Not here: the dispatch by family (../conv.ts), GPUs
// in software (../registers/), the GEMM of forward and input gradient (gather.ts), the filter gradient
// (filter.ts).
import { type ConvForward, type ConvGeometry, type ConvInputGradient, convFlops } from '../geometry.ts';
import { gatherProduct } from './gather.ts';
import { type GatherProduct, rowsOf, type Way } from './operands.ts';
import { defaultTile, type TileShape } from './shapes.ts';
import { typeOf } from './text.ts';
import { gradientTo } from '../../gradient-to.ts';
import { type Binding, type Kernel, PLACE } from '../../kernel.ts';
import type { Target } from '../../target.ts';
import { rowsIn, type Value } from '../../value.ts';

export { convFilterGradient, filterSplits } from './filter.ts';

/**
 * One dispatch. `tile`: a shape of `tileShapes`; the bits do not depend on it, because each output is summed
 * tap by tap and, within a tap, input channel by input channel.
 */
export function convForward(
  target: Target,
  geometry: ConvGeometry,
  values: ConvForward,
  tile?: TileShape,
): Kernel[] {
  const { batch, height, width, ins, outHeight, outWidth, outs, kernel: edge, upsample } = geometry;
  const { x, weight, bias, perChannel, residual, y } = values;
  const type = typeOf(outs % 4 === 0);
  const read = (value: Value): Binding => ({ value, access: 'read', type });
  // No value is bound twice: if the residual is x itself, it is read through x's binding.
  const ofSource = residual?.id === x.id;
  const four = outs % 4 === 0 ? 4 : 1;
  const rows = perChannel && rowsIn(perChannel);
  const terms = [
    'sum + bias[n]',
    rows ? `per_channel[picture * ${rows.stride / four}u + ${PLACE} + n]` : '',
    residual ? (ofSource ? 'source[i]' : 'residual[i]') : '',
  ];
  const product = {
    ...{ op: 'conv forward', flops: convFlops(geometry), way: 'forward' as const, edge },
    ...{ stride: geometry.stride, padBefore: geometry.padBefore, weight },
    source: { value: x, height, width, channels: ins, half: upsample },
    result: { batch, height: outHeight, width: outWidth, channels: outs },
    bindings: {
      bias: read(bias),
      ...(rows ? { per_channel: read(rows.whole) } : {}),
      ...(residual && !ofSource ? { residual: read(residual) } : {}),
      y: { value: y, access: 'write', type },
    } satisfies Record<string, Binding>,
    ...(rows ? { place: rows.first / four } : {}),
    put: `y[i] = ${terms.filter((term) => term !== '').join(' + ')};`,
  };
  return [gatherProduct(product, tile ?? defaultTile(target, 'gather', rowsOf(product).rows, outs, 1))];
}

/**
 * One dispatch. dx is summed tap by tap and, within a tap, output channel by output channel. With stride 2,
 * the pixels of each parity have their own taps.
 */
export function convInputGradient(
  target: Target,
  geometry: ConvGeometry,
  values: ConvInputGradient,
  tile?: TileShape,
): Kernel[] {
  const product = inputProduct(geometry, values);
  const { rows, times } = rowsOf(product);
  return [gatherProduct(product, tile ?? defaultTile(target, 'gather', rows, geometry.ins, times))];
}

/** The input gradient as a GEMM. */
export function inputProduct(geometry: ConvGeometry, values: ConvInputGradient): GatherProduct {
  const { batch, height, width, ins, outHeight, outWidth, outs, kernel: edge, stride } = geometry;
  const { bindings, term } = gradientTo('dx', values.add, values.dx, typeOf(ins % 4 === 0));
  const way: Way = stride === 2 ? 'back by parity' : 'back';
  return {
    ...{ op: 'conv input gradient', flops: convFlops(geometry), way, edge },
    ...{ stride, padBefore: geometry.padBefore, weight: values.weight },
    source: { value: values.dy, height: outHeight, width: outWidth, channels: outs, half: false },
    result: { batch, height, width, channels: ins },
    bindings,
    put: `dx[i] = sum${term('i')};`,
  };
}
