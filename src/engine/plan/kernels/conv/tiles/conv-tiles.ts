// Convolutions and matrix products for GPUs in hardware, as products of matrices whose tiles pass through workgroup memory.
// Not here: what is asked (conv.ts), kernels for GPUs in software (conv-registers.ts). No speed here was ever measured on one.
import { type ConvForward, type ConvGeometry, type ConvInputGradient, convFlops } from '../geometry.ts';
import { gatherProduct } from './gather.ts';
import { rowsOf, type Way } from './operands.ts';
import { defaultTile, type TileShape } from './shapes.ts';
import { typeOf } from './text.ts';
import { gradientTo } from '../../elementwise.ts';
import { type Binding, type Kernel, PLACE } from '../../kernel.ts';
import { rowsIn, type Value } from '../../value.ts';

export { convFilterGradient, filterSplits } from './filter.ts';

/** The bits do not depend on `tile`, one of TILE_SHAPES: each output is summed tap by tap, channel by channel. */
export function convForward(geometry: ConvGeometry, values: ConvForward, tile?: TileShape): Kernel[] {
  const { batch, height, width, ins, outHeight, outWidth, outs, kernel: edge, upsample } = geometry;
  const { x, weight, bias, perChannel, residual, y } = values;
  const type = typeOf(outs % 4 === 0);
  const read = (value: Value): Binding => ({ value, access: 'read', type });
  // One memory is bound once: a convolution may be added to what it reads.
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
  return [gatherProduct(product, tile ?? defaultTile(rowsOf(product).rows, outs))];
}

/** dx sums tap by tap, output channel by output channel. With stride 2 each parity of pixels has taps of its own. */
export function convInputGradient(
  geometry: ConvGeometry,
  values: ConvInputGradient,
  tile?: TileShape,
): Kernel[] {
  const { batch, height, width, ins, outHeight, outWidth, outs, kernel: edge, stride } = geometry;
  const { bindings, term } = gradientTo('dx', values.add, values.dx, typeOf(ins % 4 === 0));
  const way: Way = stride === 2 ? 'back by parity' : 'back';
  const product = {
    ...{ op: 'conv input gradient', flops: convFlops(geometry), way, edge },
    ...{ stride, padBefore: geometry.padBefore, weight: values.weight },
    source: { value: values.dy, height: outHeight, width: outWidth, channels: outs, half: false },
    result: { batch, height, width, channels: ins },
    bindings,
    put: `dx[i] = sum${term('i')};`,
  };
  const { rows, times } = rowsOf(product);
  return [gatherProduct(product, tile ?? defaultTile(rows, ins, times))];
}
