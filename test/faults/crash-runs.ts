// Lives of a store, one after another, until so many states were held to what must hold; and how soon a
// broken variant is caught. Not here: a life (store-life.ts).
import { createHash } from 'node:crypto';
import { vi } from 'vitest';
import { type LifeCounts, StoreLife } from './store-life.ts';
import { BROKEN, storeVariant } from './store-variant.ts';

const CALLS = 50;
const clock = { ms: 0 };

/** The store's clock is moved by the lives alone; digests are computed at once, the fastest way in Node. */
export function underTheClock(): void {
  vi.spyOn(performance, 'now').mockImplementation(() => clock.ms);
  vi.spyOn(crypto.subtle, 'digest').mockImplementation((_, bytes) => {
    const view = ArrayBuffer.isView(bytes)
      ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      : new Uint8Array(bytes);
    return Promise.resolve(new Uint8Array(createHash('sha256').update(view).digest()).buffer);
  });
}

/** Holds this many states. Throws, naming the seed of the life, where one breaks a claim. */
export async function holdStates(states: number, seed: number): Promise<LifeCounts & { lives: number }> {
  const module = await storeVariant();
  const sum = { lives: 0, states: 0, acknowledgedSaves: 0, restarts: 0 };
  while (sum.states < states) {
    const lifeSeed = seed + sum.lives;
    const life = new StoreLife(module, lifeSeed, clock);
    try {
      await life.live(CALLS);
    } catch (error) {
      throw new Error(`the life of seed ${lifeSeed}, state ${life.counts.states}`, { cause: error });
    }
    sum.lives += 1;
    for (const name of ['states', 'acknowledgedSaves', 'restarts'] as const) sum[name] += life.counts[name];
  }
  return sum;
}

/** After how many states a broken variant is caught, and by what. Throws where it is not within `states`. */
export async function caughtAfter(
  variant: string,
  states: number,
  seed: number,
): Promise<{ states: number; by: string }> {
  const module = await storeVariant(BROKEN[variant]);
  let held = 0;
  for (let lives = 0; held < states; lives++) {
    const life = new StoreLife(module, seed + lives, clock);
    try {
      await life.live(CALLS);
    } catch (error) {
      return {
        states: held + life.counts.states,
        by: error instanceof Error ? error.message : String(error),
      };
    }
    held += life.counts.states;
  }
  throw new Error(`"${variant}" was not caught in ${held} states`);
}
