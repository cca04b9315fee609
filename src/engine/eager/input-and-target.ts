// Input and target of a batch as plain numbers: given ones as they are, noised ones mixed here on the processor.
// A plan mixes on the GPU instead (plan/mix-noise.ts), to the same numbers within 1e-6.
import { normals } from '../../random.ts';
import type { NoisedBatch, StepBatch } from '../executor.ts';

/** [B, H, W, C] each, flat. */
export function inputAndTarget(batch: StepBatch): { input: Float32Array; target: Float32Array } {
  if ('input' in batch) return batch;
  const { seed, step, stream, first } = batch.noise;
  const noise = normals(seed, step, stream, batch.pictures.length, first);
  return mixed(batch.pictures, noise, batch.mixture);
}

/** Pictures and noise [B, ...] flat, mixture [B, 4]: see `NoisedBatch`. */
export function mixed(
  pictures: Float32Array,
  noise: Float32Array,
  mixture: NoisedBatch['mixture'],
): { input: Float32Array; target: Float32Array } {
  const size = (pictures.length * 4) / mixture.length;
  const mix = (at: 0 | 2) =>
    pictures.map((value, i) => {
      const row = Math.floor(i / size) * 4 + at;
      return (mixture[row] as number) * value + (mixture[row + 1] as number) * (noise[i] as number);
    });
  return { input: mix(0), target: mix(2) };
}
