// Claims: captions are asked for once the form's model has words, anew when set, number of pictures or seed
// change, never of a trainer that trains, and an answer to an older question is dropped; the user's prompts
// stay until another set is chosen. Against a trainer whose answers the test gives.
import { beforeEach, expect, test, vi } from 'vitest';
import { CaptionsOfForm } from '../../src/app/captions-of-form.ts';
import { createState, type State } from '../../src/app/state.ts';
import type { Result } from '../../src/fault.ts';
import { presetConfig } from '../../src/settings/presets.ts';
import type { CaptionFacts, ImportPreview, TrainerApi } from '../../src/trainer/api.ts';

type Request = Parameters<TrainerApi['captionFacts']>[0];

let state: State;
let captions: CaptionsOfForm;
let asked: { request: Request; answer: (facts: CaptionFacts) => void }[];

const facts = (text: string): CaptionFacts => ({
  prompts: Array.from({ length: 16 }, (_, i) => ({ text: `${text} ${i}`, isCaption: i < 8 })),
  vocabulary: [],
  ...{ pictures: 9, captioned: 9, teaches: 'something', sides: 0 },
});

/** Changes the form and lets the pause after it pass. */
async function choose(changes: Partial<State['form']['value']>): Promise<void> {
  state.form.value = { ...state.form.value, ...changes };
  await vi.advanceTimersByTimeAsync(300);
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  state = createState();
  const set = { title: '', count: 9, storedSize: 32, fingerprint: '', credit: '', builtIn: true };
  state.datasets.value = ['planets', 'shapes'].map((id) => ({ ...set, id, captions: true }));
  asked = [];
  captions = new CaptionsOfForm(
    state,
    (request) =>
      new Promise<Result<CaptionFacts>>((resolve) =>
        asked.push({ request, answer: (value) => resolve({ ok: true, value }) }),
      ),
  );
  state.runState.value = 'idle';
});

test('nothing is asked for a model without words; then once, and for each other set, number and seed', async () => {
  await choose({ seed: 3 });
  expect(asked).toHaveLength(0);
  await choose(presetConfig('text-tiny'));
  await choose({ batchSize: 2 });
  expect(asked.map(({ request }) => request)).toEqual([{ dataset: 'planets', maxImages: 1e6, seed: 0 }]);
  for (const changes of [{ dataset: 'shapes' }, { maxImages: 10 }, { seed: 5 }]) await choose(changes);
  expect(asked.slice(1).map(({ request }) => request)).toEqual([
    { dataset: 'shapes', maxImages: 1e6, seed: 0 },
    { dataset: 'shapes', maxImages: 10, seed: 0 },
    { dataset: 'shapes', maxImages: 10, seed: 5 },
  ]);
});

test('a model with words that is offered asks for the captions of the chosen set, unless it names its own', async () => {
  const offer = async (words: boolean, dataset: ImportPreview['dataset']) => {
    state.offered.value = { words, dataset } as ImportPreview;
    await choose({});
    return asked.length;
  };
  expect(await offer(false, null)).toBe(0);
  expect(await offer(true, { title: 'Cats', count: 3, here: false })).toBe(0);
  expect(await offer(true, null)).toBe(1);
  asked[0]?.answer(facts('a'));
  await choose({});
  expect(state.captions.value?.captioned).toBe(9);
  state.offered.value = null;
  await choose({});
  expect(state.captions.value).toBeNull();
});

test('a seed that is typed is one question', async () => {
  for (const seed of [1, 12, 123]) state.form.value = { ...presetConfig('text'), seed };
  await vi.advanceTimersByTimeAsync(300);
  expect(asked.map(({ request }) => request.seed)).toEqual([123]);
});

test('the answer to an older question is dropped', async () => {
  await choose(presetConfig('text-tiny'));
  await choose({ dataset: 'shapes' });
  asked[1]!.answer(facts('a shape'));
  asked[0]!.answer(facts('a planet'));
  await vi.advanceTimersByTimeAsync(0);
  expect(state.captions.value?.prompts[0]?.text).toBe('a shape 0');
  await choose({ preset: 'tiny' });
  expect(state.captions.value).toBeNull();
});

test('a trainer that trains is not asked', async () => {
  state.runState.value = 'training';
  await choose(presetConfig('text-tiny'));
  expect(asked).toHaveLength(0);
  state.runState.value = 'idle';
  await vi.advanceTimersByTimeAsync(300);
  expect(asked).toHaveLength(1);
});

test('own prompts go to the trainer, until another set is chosen; as drawn is not own', async () => {
  await choose(presetConfig('text-tiny'));
  asked[0]!.answer(facts('a planet'));
  await vi.advanceTimersByTimeAsync(0);
  expect(captions.prompts()).toBeNull();
  const drawn = facts('a planet').prompts.map(({ text }) => text);
  const own = drawn.with(2, 'my planet');
  captions.setPrompts(own);
  expect(captions.prompts()).toEqual(own);
  await choose({ seed: 5 });
  expect(captions.prompts()).toEqual(own);
  await choose({ preset: 'tiny' });
  expect(captions.prompts()).toBeNull(); // its model has no words
  await choose({ preset: 'text-tiny', seed: 0 });
  expect(captions.prompts()).toEqual(own);
  asked.at(-1)!.answer(facts('a planet'));
  await vi.advanceTimersByTimeAsync(0);
  captions.setPrompts(drawn);
  expect(captions.prompts()).toBeNull();
  captions.setPrompts(own);
  await choose({ dataset: 'shapes' });
  expect(captions.prompts()).toBeNull();
});
