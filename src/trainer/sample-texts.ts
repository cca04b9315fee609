// What each of a set's samples is told, as text to show: its prompt, its class, or both. Not here: what the
// network is given for it (samples/denoiser.ts).
import { SAMPLE_COUNT } from '../settings/sample-counts.ts';
import type { RunConfig } from '../settings/settings.ts';
import type { Wish } from './api.ts';
import type { RunClasses } from './run-classes.ts';
import type { RunWords } from './run-words.ts';

/** What a run's samples can be told. */
export interface Tellable {
  readonly config: RunConfig;
  /** Null: the model knows no words. */
  readonly words: RunWords | null;
  /** Null: the model draws by no class. */
  readonly classes: RunClasses | null;
}

/** What is asked for in the place of the run's own prompts, and of each class in turn. */
export interface Asked {
  readonly wish?: Wish;
  readonly className?: string;
}

/** The item of sample `index`, each in turn; empty where there are none. */
export const inTurn = (among: readonly string[], index: number): string => among[index % among.length] ?? '';

/** What samples 0 to `count` - 1 are told: prompt, class, or both; null where the model is told nothing. */
export function textsOfSamples(
  { words, classes }: Pick<Tellable, 'words' | 'classes'>,
  { wish, className }: Asked = {},
  count = SAMPLE_COUNT,
): string[] | null {
  if (!words && !classes) return null;
  const names = classes && className !== undefined ? [className] : (classes ?? []);
  const prompts = words ? (wish ?? words).prompts : [];
  const textOf = (index: number): string =>
    [inTurn(names, index), inTurn(prompts, index)].filter((text) => text !== '').join(': ');
  return Array.from({ length: count }, (_, index) => textOf(index));
}
