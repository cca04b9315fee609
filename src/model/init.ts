// The weights a run starts from, as PyTorch initialises diffusers' UNets. nn.Conv2d and nn.Linear:
// kaiming_uniform(a = sqrt 5), that is U(-1/sqrt(fan_in), 1/sqrt(fan_in)) for weight and bias, but for what
// carries a text into the UNet; norms: 1 and 0; embeddings and the text encoder: normals. Not here: the list
// of parameters (parameters.ts).
import { sizeOf } from '../engine/layout.ts';
import { normals, STREAMS, uniforms } from '../random.ts';
import type { ParameterSpec } from '../engine/executor.ts';

/**
 * Of a cross-attention's values and of its output: how much larger than PyTorch's they start. There, each of
 * the two layers takes a factor of sqrt(3) from what passes, and the mean over a text's tokens some more: a
 * word arrives at a tenth of what it is added to, and is learnt late or not at all (docs/log.md).
 */
const TEXT_GAIN = 3;
const CARRIES_TEXT = /\.attn2\.to_(?:v|out\.0)\.weight$/;

/**
 * One array per parameter, in the order and layout of `parameters`, in which a bias must follow its weight.
 * `stdOf`: standard deviation of the normal that a parameter starts from (0: zeros), null for those that
 * PyTorch initialises by their shapes. Equal seeds give equal bits on every machine.
 */
export function initialWeights(
  parameters: readonly ParameterSpec[],
  seed: number,
  stdOf: (name: string) => number | null,
): Float32Array<ArrayBuffer>[] {
  let fanIn = 0;
  return parameters.map(({ name, shape }, index) => {
    const size = sizeOf(shape);
    // A bias follows its weight and has the same fan-in; fan-in 0 marks a norm.
    const isWeight = name.endsWith('.weight');
    if (isWeight) fanIn = shape.length > 1 ? sizeOf(shape.slice(1)) : 0;
    const std = stdOf(name);
    if (std === 0) return new Float32Array(size);
    if (std !== null) return normals(seed, index, STREAMS.initialWeights, size).map((value) => value * std);
    if (fanIn === 0) return new Float32Array(size).fill(isWeight ? 1 : 0);
    const bound = (CARRIES_TEXT.test(name) ? TEXT_GAIN : 1) / Math.sqrt(fanIn);
    const values = uniforms(seed, index, STREAMS.initialWeights, size);
    for (let i = 0; i < size; i++) values[i] = (2 * (values[i] as number) - 1) * bound;
    return values;
  });
}
