// The request is what the fields say, or there is no request; the newest checkpoint is followed until the
// user chooses one; steps and sampler are the run's until the user says otherwise.
import { beforeEach, expect, test } from 'vitest';
import type { CheckpointRecord } from '../../../src/trainer/api.ts';
import { keyOf } from '../../../src/ui/page-state/checkpoint-key.ts';
import {
  askedFor,
  chosenRecord,
  createGenerateForm,
  type GenerateForm,
  meantBy,
  whyNot,
} from '../../../src/ui/page-state/generate-form.ts';

const record = (generation: number): CheckpointRecord => ({
  ...{
    runId: 'run-1',
    generation,
    name: `unet_step_${generation}`,
    globalStep: generation,
    epoch: 0,
    slot: 0,
  },
  ...{ sizeBytes: 1, created: '', meanLoss: null, kept: false, autosave: false },
});
const USUAL = { steps: 10, sampler: 'ddpm', predictionType: 'epsilon', words: null, classes: null } as const;

let form: GenerateForm;
beforeEach(() => {
  form = createGenerateForm();
});

test("untouched, it asks for 16 pictures of seed 0 with the run's steps and sampler", () => {
  expect(askedFor(record(5), form, meantBy(form, USUAL))).toEqual({
    ref: { runId: 'run-1', generation: 5 },
    name: 'unet_step_5',
    ...{ weights: 'ema', seed: 0, count: 16, steps: 10, sampler: 'ddpm', className: null },
    words: null,
  });
  form.steps.value = '3';
  form.sampler.value = 'ddim';
  expect(meantBy(form, USUAL)).toMatchObject({ steps: 3, sampler: 'ddim', wrong: {} });
  expect(askedFor(null, form, meantBy(form, USUAL))).toBeNull();
});

test('a sampler that cannot draw from the checkpoint means one that can', () => {
  const ofFlow = { ...USUAL, sampler: 'euler', predictionType: 'flow_prediction' } as const;
  form.sampler.value = 'ddpm';
  expect(meantBy(form, ofFlow).sampler).toBe('euler');
  form.sampler.value = 'unipc';
  expect(meantBy(form, ofFlow).sampler).toBe('unipc');
  form.sampler.value = 'euler';
  expect(meantBy(form, USUAL).sampler).toBe('ddim');
});

test.each([
  ['seed', ['-1', '1.5', '', 'x', '4294967296']],
  ['count', ['0', '65', '1.5', '', 'x']],
  ['steps', ['0', '1001', '']],
] as const)('%s out of range is said beside the field, and nothing is asked for', (field, texts) => {
  for (const text of texts) {
    form[field].value = text;
    const meant = meantBy(form, USUAL);
    expect(Object.keys(meant.wrong), text).toEqual([field]);
    expect(askedFor(record(5), form, meant), text).toBeNull();
  }
});

test('the newest is followed until one is chosen, and again when that one is gone', () => {
  expect(chosenRecord(form, [])).toBeNull();
  expect(chosenRecord(form, [record(7), record(5)])?.generation).toBe(7);
  form.chosen.value = keyOf(record(5));
  expect(chosenRecord(form, [record(9), record(5)])?.generation).toBe(5);
  expect(chosenRecord(form, [record(9)])?.generation).toBe(9);
});

test('only while a run trains the network matters; what cannot draw says why', () => {
  const other = { ...USUAL, dataset: 'shapes', asTheRun: false, callMs: [], words: null };
  expect(whyNot('training', other)).toMatch(/another network.*Pause/);
  expect(whyNot('training', { ...other, asTheRun: true })).toBeNull();
  for (const now of ['idle', 'paused', 'finished'] as const) expect(whyNot(now, other)).toBeNull();
  for (const now of ['starting', 'validating', 'failed', 'elsewhere', 'unavailable'] as const)
    expect(whyNot(now, null)).toMatch(/\.$/);
});

test('before it is known what a checkpoint`s model is told, nothing is asked of it', () => {
  for (const now of ['idle', 'paused', 'finished', 'training'] as const) {
    expect(whyNot(now, undefined)).toBe('Wait until the checkpoint is read.');
    expect(whyNot(now, null)).toBeNull();
  }
  expect(whyNot('starting', undefined)).toBe(whyNot('starting', null));
});

test('a class is asked for where the checkpoint has it; another means each in turn', () => {
  form.className.value = 'ring';
  const className = (classes: string[] | null) => meantBy(form, { ...USUAL, classes }).className;
  expect([className(['circle', 'ring']), className(['cat']), className(null)]).toEqual(['ring', null, null]);
});
