// Made-up pictures of prompts for the gallery of states: what a model with words was asked in the view
// Generate. Not here: the other states (gallery-state.ts), the pictures (gallery-pictures.ts).
import type { Asked, AskedWords, State } from '../../src/app/state.ts';
import type { KnownWords, Sample } from '../../src/trainer/api.ts';
import { planet } from './gallery-pictures.ts';
import { CAPTIONS, PROMPTS, TEMPLATE } from './gallery-words.ts';

/** Of a run of planets with captions. */
export const KNOWN_WORDS: KnownWords = {
  prompts: PROMPTS,
  guidanceScale: 3,
  vocabulary: CAPTIONS.vocabulary,
  template: TEMPLATE,
  tokens: 14,
};

const SIZE = 32;
const STEPS = 10;
const MOMENTS = [0, 1, 3, 4, 6, 7, 9, 10];

/** Prompts with `each` pictures: the first `drawn` are finished, up to 16 more are being drawn. */
function fillWished(
  state: State,
  asked: Pick<Asked, 'ref' | 'name'>,
  words: AskedWords,
  each: number,
  drawn: number,
): void {
  const count = each * words.prompts.length;
  const whole = drawn === count;
  const made = (index: number): number => (index < drawn ? STEPS : index < drawn + 16 ? 6 : -1);
  const picture = (index: number, at: number): Sample => ({
    ...{ purpose: 'generate', step: 24_000, index, of: count, size: SIZE, finite: true },
    rgba: planet((index % each) * 9 + Math.floor(index / each), SIZE, Math.max(0.02, 1 - at / STEPS)),
    drawn: at === STEPS,
    calls: at,
    moment: MOMENTS.indexOf(at),
  });
  const all = Array.from({ length: count }, (_, i) => i);
  state.generated.value = {
    ...{ step: 24_000, size: SIZE, weights: 'ema', seed: 7, complete: whole, finite: true },
    ...{ calls: STEPS, watched: null },
    prompts: all.map((i) => words.prompts[Math.floor(i / each)] ?? ''),
    samples: all.map((i) => (made(i) < 0 ? null : picture(i, made(i)))),
    ways: all.map((i) => MOMENTS.filter((at) => at <= made(i)).map((at) => picture(i, at))),
    callsMade: Math.floor(drawn / 16) * STEPS + (whole ? 0 : 6),
    callsInAll: Math.ceil(count / 16) * STEPS,
    begun: performance.now() - 1800,
    seconds: whole ? 1.8 : null,
  };
  state.generating.value = !whole;
  state.asked.value = {
    ...asked,
    ...{ weights: 'ema', seed: 7, count, steps: STEPS, sampler: 'dpmpp_2m', className: null, words },
  };
}

/** The states by name, without the run around them. `asked`: the checkpoint. */
export const WISHED: Readonly<Record<string, (state: State, asked: Pick<Asked, 'ref' | 'name'>) => void>> = {
  'generate-words': () => undefined,
  'generate-words-drawing': (state, asked) =>
    fillWished(state, asked, wish('one', PROMPTS.slice(1, 2)), 16, 0),
  'generate-words-pair': (state, asked) =>
    fillWished(state, asked, wish('pair', [PROMPTS[0] ?? '', '']), 4, 8),
  'generate-words-grid': (state, asked) =>
    fillWished(state, asked, wish('grid', [...PROMPTS.slice(0, 3), ...PROMPTS.slice(13, 15)]), 4, 16),
};

const wish = (layout: AskedWords['layout'], prompts: readonly string[]): AskedWords => ({
  ...{ layout, prompts, negative: layout === 'one' ? 'moons and rings' : '' },
  guidance: { scale: 3, start: 0, stop: layout === 'grid' ? 0.8 : 1 },
});
