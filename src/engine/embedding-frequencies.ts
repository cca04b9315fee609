// The frequencies of the sinusoidal timestep embedding, shared by eager and plan. Not here: the sines and
// cosines.

/**
 * exp(-ln(10000) i / (half - freqShift)) for i = 0..half-1 with half = channels / 2, in radians per timestep.
 * As diffusers.models.embeddings.get_timestep_embedding.
 */
export function embeddingFrequencies(channels: number, freqShift: number): Float32Array<ArrayBuffer> {
  const half = channels / 2;
  return Float32Array.from({ length: half }, (_, i) => Math.exp((-Math.log(10000) * i) / (half - freqShift)));
}
