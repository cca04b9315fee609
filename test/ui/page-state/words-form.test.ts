// Untouched, the form asks for the run's first prompt with its guidance; layouts give prompts and numbers of
// pictures; what is out of range is said beside its field; without the lock every press takes the next seed.
import { beforeEach, expect, test } from 'vitest';
import {
  askedFor,
  createGenerateForm,
  type GenerateForm,
  giveSeed,
  meantBy,
} from '../../../src/ui/page-state/generate-form.ts';
import { promptTexts, tooLong, type WordsForm } from '../../../src/ui/page-state/words-form.ts';

const KNOWN = {
  prompts: ['a red circle', 'a red circle', 'a blue square', '', 'a green cross'],
  guidanceScale: 2.5,
  vocabulary: [],
  template: null,
  tokens: 14,
};
const USUAL = {
  steps: 10,
  sampler: 'ddim',
  predictionType: 'v_prediction',
  words: KNOWN,
  classes: null,
} as const;
const RECORD = {
  ...{ runId: 'run-1', generation: 5, name: 'unet_step_5', globalStep: 5, epoch: 0, slot: 0, sizeBytes: 1 },
  ...{ created: '', meanLoss: null, kept: false, autosave: false },
};

let form: GenerateForm;
let words: WordsForm;
beforeEach(() => {
  form = createGenerateForm();
  words = form.words;
});
const meant = () => meantBy(form, USUAL);

test("untouched: 16 pictures of the run's first prompt with its guidance, by DPM-Solver++", () => {
  expect(askedFor(RECORD, form, meant())).toMatchObject({
    ...{ seed: 0, count: 16, steps: 10, sampler: 'dpmpp_2m', className: null },
    words: {
      ...{ layout: 'one', prompts: ['a red circle'], negative: '' },
      guidance: { scale: 2.5, start: 0, stop: 1 },
    },
  });
});

test('two prompts: the second is another one of the run, each has as many pictures', () => {
  words.layout.value = 'pair';
  expect(meant()).toMatchObject({ count: 8, words: { prompts: ['a red circle', 'a blue square'] } });
  words.prompt.value = ' \n';
  words.other.value = 'b'.repeat(100_000);
  words.each.value = '8';
  expect(meant()).toMatchObject({ count: 16, wrong: {}, words: { prompts: ['', 'b'.repeat(1000)] } });
});

test('a grid: the different prompts of the run at first, one on each line, 64 pictures at most', () => {
  words.layout.value = 'grid';
  expect(promptTexts(words, KNOWN).lines).toBe('a red circle\na blue square\n\na green cross');
  expect(meant()).toMatchObject({
    count: 12,
    wrong: {},
    words: { prompts: ['a red circle', 'a blue square', 'a green cross'] },
  });
  words.lines.value = 'x\n'.repeat(17);
  expect(meant().wrong).toEqual({ lines: 'With 4 pictures of each there can be 16 prompts at most.' });
  words.each.value = '3';
  expect(meant()).toMatchObject({ count: 51, wrong: {} });
  words.lines.value = '\n \n';
  expect(meant().wrong.lines).toMatch(/at least one prompt/);
  expect(askedFor(RECORD, form, meant())).toBeNull();
});

test.each([
  ['guidance', ['0.9', '20.1', '', 'x']],
  ['from', ['-1', '101', '', 'x']],
  ['to', ['101', '', 'x']],
] as const)('%s out of range is said beside the field, and nothing is asked for', (field, texts) => {
  for (const text of texts) {
    words[field].value = text;
    expect(Object.keys(meant().wrong), text).toEqual([field]);
    expect(askedFor(RECORD, form, meant()), text).toBeNull();
  }
});

test('guidance ends no earlier than it begins; pictures of each are 1 to 8', () => {
  words.from.value = '60';
  words.to.value = '40';
  expect(meant().wrong).toEqual({ to: 'It must be a number from 60 to 100.' });
  words.to.value = '85.5';
  expect(meant().words?.guidance).toEqual({ scale: 2.5, start: 0.6, stop: 0.855 });
  words.each.value = '9';
  expect(meant().wrong).toEqual({});
  words.layout.value = 'pair';
  expect(Object.keys(meant().wrong)).toEqual(['each']);
});

test('a seed that was drawn means the next one, unless it is kept or given anew', () => {
  giveSeed(form, '4294967294');
  expect(meant().seed).toBe(4294967294);
  form.seedDrawn.value = true;
  expect(meant().seed).toBe(4294967295);
  words.keepsSeed.value = true;
  expect(meant().seed).toBe(4294967294);
  words.keepsSeed.value = false;
  giveSeed(form, '4294967295');
  expect(meant().seed).toBe(4294967295);
  form.seedDrawn.value = true;
  expect(meant().seed).toBe(0);
  expect(meantBy(form, { ...USUAL, words: null }).seed).toBe(4294967295);
});

test('the words that the model leaves out of a prompt are told, at most 60 letters of them', () => {
  expect(tooLong([], KNOWN)).toBeNull();
  expect(tooLong(['', ''], KNOWN)).toBeNull();
  expect(tooLong(['', 'its edge', 'no'], KNOWN)).toBe(
    'This model reads the first 14 tokens of a prompt. It leaves out: its edge',
  );
  expect(tooLong(['😀'.repeat(61)], KNOWN)).toMatch(/: (😀){60} …$/u);
});
