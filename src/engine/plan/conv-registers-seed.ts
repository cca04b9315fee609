// What a convolution for GPUs in software adds its sums to: bias, a value per channel and picture, a residual. Written in
// front of it, so that the convolution is one shader whatever is added (it compiles for half a second, this for 20 ms).
// Not here: the convolution.
import { lines, range } from './conv-registers-quads.ts';
import { type Binding, elementsOf, gridOf, type Kernel, kernel, type Value } from './kernel.ts';

const PIXELS = 4;
const LANES = 64;

interface Terms {
  /** [channels] */
  bias?: Value | null;
  /** [batch, channels] */
  perChannel?: Value | null;
  /** As the target. */
  residual?: Value | null;
}

/** target[b, pixel, c] = the sum of what there is. */
export function seed(
  op: string,
  { batch, pixels, channels }: { batch: number; pixels: number; channels: number },
  { bias, perChannel, residual }: Terms,
  target: Value,
): Kernel {
  const blocks = Math.ceil(pixels / PIXELS);
  const threads = batch * blocks * channels;
  const reading = (value: Value): Binding => ({ value, access: 'read' });
  return kernel('registers', {
    op,
    bindings: {
      ...(bias ? { bias: reading(bias) } : {}),
      ...(perChannel ? { perChannel: reading(perChannel) } : {}),
      ...(residual ? { residual: reading(residual) } : {}),
      output: { value: target, access: 'write' },
    },
    params: { threads, blocks, pixels, channels },
    workgroupSize: [LANES, 1, 1],
    workgroups: gridOf(threads, LANES),
    body: body(Boolean(bias), Boolean(perChannel), Boolean(residual)),
    flops: elementsOf(target),
  });
}

function body(bias: boolean, perChannel: boolean, residual: boolean): string {
  const shared = [
    ...(bias ? ['bias[c]'] : []),
    ...(perChannel ? ['perChannel[image * params.channels + c]'] : []),
  ];
  const sum = ['same', ...(residual ? ['residual[to]'] : [])].join(' + ');
  return `
let n = (group.y * 32768u + group.x) * ${LANES}u + lane;
if (n >= params.threads) { return; }
let c = n % params.channels;
let block = n / params.channels % params.blocks;
let image = n / params.channels / params.blocks;
let same = ${shared.join(' + ') || '0.0'};
${lines(
  range(PIXELS),
  (j) => `{
  let pixel = block * ${PIXELS}u + ${j}u;
  let to = (image * params.pixels + pixel) * params.channels + c;
  if (pixel < params.pixels) { output[to] = ${sum}; }
}`,
)}`;
}
