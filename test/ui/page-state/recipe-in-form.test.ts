// A recipe fills the form so that Generate asks for the same again; of a checkpoint that is not here the form
// says which, and has the rest.
import { expect, test } from 'vitest';
import { recipeOf } from '../../../src/app/recipe.ts';
import type { Asked, AskedWords } from '../../../src/app/state.ts';
import { READY_MODEL } from '../../../src/settings/ready-model.ts';
import type { CheckpointRecord } from '../../../src/trainer/api.ts';
import { keyOf } from '../../../src/ui/page-state/checkpoint-key.ts';
import {
  askedFor,
  chosenRecord,
  createGenerateForm,
  meantBy,
} from '../../../src/ui/page-state/generate-form.ts';
import { fillFromRecipe } from '../../../src/ui/page-state/recipe-in-form.ts';

const record = (generation: number): CheckpointRecord => ({
  ...{ runId: 'run-1', generation, name: `unet_step_${generation}`, globalStep: generation, epoch: 0 },
  ...{ slot: 0, sizeBytes: 1, created: '', meanLoss: null, kept: false, autosave: false },
});
const KNOWN = { prompts: ['another'], guidanceScale: 3, vocabulary: [], template: null, tokens: 14 };
const words: AskedWords = {
  ...{ layout: 'one', prompts: ['a red circle'], negative: 'blue' },
  guidance: { scale: 4.5, start: 0.07, stop: 0.85 },
};
const asked = (changes: Partial<Asked>): Asked => ({
  ...{ ref: { runId: 'run-1', generation: 5 }, name: 'unet_step_5', weights: 'raw', seed: 7 },
  ...{ count: 6, steps: 12, sampler: 'unipc', className: null, words, ...changes },
});

test.each([
  ['one prompt', asked({})],
  ['an empty prompt', asked({ words: { ...words, prompts: [''] } })],
  ['two prompts', asked({ words: { ...words, layout: 'pair', prompts: ['a', ''] } })],
  ['a grid', asked({ words: { ...words, layout: 'grid', prompts: ['a', 'b', 'c'] } })],
  ['no words', asked({ words: null })],
  ['a class', asked({ className: 'ring' })],
])('%s: the same is asked for again', (_, before) => {
  const form = createGenerateForm();
  form.seedDrawn.value = true;
  fillFromRecipe(form, recipeOf(before, 5, 2), [record(9), record(5)]);
  const known = before.words && KNOWN;
  const usual = {
    steps: 50,
    sampler: 'ddim',
    predictionType: 'epsilon',
    words: known,
    classes: ['circle', 'ring'],
  } as const;
  const chosen = chosenRecord(form, [record(9), record(5)]);
  expect(askedFor(chosen, form, meantBy(form, usual))).toEqual(before);
  expect(form.picture.value).toBe(2);
  expect(form.filled.value).toBe('Filled in from the picture: unet_step_5, seed 7.');
});

test('a checkpoint that is not here is named, and the newest is chosen', () => {
  const form = createGenerateForm();
  fillFromRecipe(form, recipeOf(asked({}), 4, null), [record(9), record(5)]);
  expect(chosenRecord(form, [record(9), record(5)])?.generation).toBe(9);
  expect(form.filled.value).toMatch(/unet_step_5 \(step 4 of the run run-1\), which is not on this computer/);
  expect(form.words.prompt.value).toBe('a red circle');
});

test('a picture of the model that comes with the app chooses it', () => {
  const form = createGenerateForm();
  const { runId, generation, name } = READY_MODEL;
  fillFromRecipe(form, recipeOf(asked({ ref: { runId, generation }, name }), 0, 0), [record(9)]);
  expect(form.chosen.value).toBe(keyOf(READY_MODEL));
  expect(form.filled.value).toBe('Filled in from the picture: ready_shapes, seed 7.');
});
