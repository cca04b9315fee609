// The frequencies of the sinusoidal timestep embedding, which eager and plan share. Not here: sines and cosines.

/** exp(-ln(10000) i / (half - freqShift)), i = 0..half-1, half = channels / 2: radians per timestep. */
export function embeddingFrequencies(channels: number, freqShift: number): Float32Array<ArrayBuffer> {
  const half = channels / 2;
  return Float32Array.from({ length: half }, (_, i) => Math.exp((-Math.log(10000) * i) / (half - freqShift)));
}
