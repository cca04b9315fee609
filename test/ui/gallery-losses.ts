// A made-up history of losses: a steep beginning, a slow rest, noise all the way. Not here: losses of a real
// run.
import { seeded } from './gallery-pictures.ts';

/** Losses of steps 1..count. */
export function losses(count: number): Float32Array<ArrayBuffer> {
  const random = seeded(5);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const mean = 0.118 + 0.9 * Math.exp(-i / 420) + 0.14 * Math.exp(-i / 5200);
    values[i] = mean * Math.exp(0.42 * (random() + random() + random() - 1.5));
  }
  return values;
}
