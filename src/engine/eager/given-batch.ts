// A batch with sample and target ready: a given batch as it is, a noised one mixed here on the processor. Not
// here: how a plan mixes on the GPU, to the same numbers within 1e-6 (plan/kernels/mix-noise.ts).
import { normals } from '../../random.ts';
import type { GivenBatch, NoisedBatch, StepBatch } from '../executor.ts';
import { pictureValues } from '../picture-values.ts';

/** `batch` itself if its sample and target are given, else both mixed from its pictures and noise. */
export function givenBatch(batch: StepBatch): GivenBatch {
  if ('target' in batch) return batch;
  const { inputs, pictures, noise, sampleWeights } = batch;
  const values = pictureValues(pictures);
  const fresh = normals(noise.seed, noise.step, noise.stream, values.length, noise.first);
  return {
    inputs: { ...inputs, sample: { data: mixed(values, fresh, batch, 0), shape: pictures.shape } },
    target: mixed(values, fresh, batch, 2),
    sampleWeights,
  };
}

/** m[at] value + m[at + 1] noise, where m is the picture's row of the mixture [B, 4]. */
function mixed(values: Float32Array, noise: Float32Array, { mixture }: NoisedBatch, at: 0 | 2): Float32Array {
  const size = (values.length * 4) / mixture.length;
  return values.map((value, i) => {
    const row = Math.floor(i / size) * 4 + at;
    return (mixture[row] as number) * value + (mixture[row + 1] as number) * (noise[i] as number);
  });
}
