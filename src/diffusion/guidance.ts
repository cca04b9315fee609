// Classifier-free guidance (Ho & Salimans 2022, arXiv:2207.12598): two predictions, with words and without,
// made into one that follows the words more. Not here: what the words are, the network's calls.
// Exported for tests: networkCalls.

/**
 * In which part of a set's denoising calls guidance works, as fractions of them: from `start` up to but not
 * including `stop`. Outside the words are followed as they are (Kynkaanniemi et al. 2024, arXiv:2404.07724).
 */
export interface GuidanceInterval {
  readonly start: number;
  readonly stop: number;
}

const ALL_CALLS: GuidanceInterval = { start: 0, stop: 1 };

/**
 * u + scale (c - u), a new array: the same rule for noise, v and flow, which are linear in the noise. Both
 * predictions have one length. scale 0 leaves the words out, 1 follows them as they are.
 */
export const combine = (
  unconditional: Float32Array,
  conditional: Float32Array,
  scale: number,
): Float32Array<ArrayBuffer> =>
  conditional.map((c, k) => {
    const u = unconditional[k] as number;
    return u + scale * (c - u);
  });

/** Scale of denoising call `call` of `calls`, 0 the first: `scale` within the interval, else 1. */
export function scaleAt(
  call: number,
  calls: number,
  scale: number,
  { start, stop }: GuidanceInterval = ALL_CALLS,
): number {
  const at = call / calls;
  return at >= start && at < stop ? scale : 1;
}

/**
 * Calls of the network that a set of `calls` denoising calls makes: two where the scale is not 1, for words
 * and for none, else one.
 */
export function networkCalls(calls: number, scale: number, interval: GuidanceInterval = ALL_CALLS): number {
  let made = 0;
  for (let call = 0; call < calls; call++) made += scaleAt(call, calls, scale, interval) === 1 ? 1 : 2;
  return made;
}
