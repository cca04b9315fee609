// A recipe comes back out of a PNG as it went in, whatever the prompts hold; a file without one, of a newer
// version, or with a value that the form cannot have is passed over; the text for people is as other programs
// write it ("Steps: 20, Sampler: ..., CFG scale: ..., Seed: ..." in one line, prompts above).
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRecipe, recipeIn, recipeOf, recipeTexts, withRecipe } from '../../src/app/recipe.ts';
import type { Asked, AskedWords } from '../../src/app/state.ts';
import { withPngTexts } from '../../src/formats/png-text.ts';

const PNG = join(import.meta.dirname, '../fixtures/png/pillow-texts.png');
const plain: Asked = {
  ...{ ref: { runId: 'run-1a2b', generation: 3 }, name: 'unet_step_20', weights: 'raw', seed: 4294967295 },
  ...{ count: 4, steps: 12, sampler: 'dpmpp_2m', className: null, words: null },
};
const words: AskedWords = {
  ...{ layout: 'pair', prompts: ['a red “circle”\\n, Steps: 3', 'كوكب 😀'], negative: '<b>blue</b>' },
  guidance: { scale: 4.5, start: 0.1, stop: 0.85 },
};

const savedFile = async (asked: Asked, picture: number | null): Promise<File> => {
  const png = new Blob([await readFile(PNG)], { type: 'image/png' });
  return new File([await withRecipe(png, recipeOf(asked, 20, picture), 16)], 'saved.png');
};

test.each([
  ['no words', plain, 3],
  ['a class', { ...plain, className: 'a ring, 3' }, 0],
  ['two prompts', { ...plain, words }, 2],
  ['a sheet', { ...plain, words: { ...words, layout: 'grid' as const } }, null],
  ['an empty prompt', { ...plain, words: { ...words, layout: 'one' as const, prompts: [''] } }, 0],
] as const)('with %s it comes back as it went in', async (_, asked, picture) => {
  const { ref, ...rest } = asked;
  expect(await recipeIn([await savedFile(asked, picture)])).toEqual({
    ...rest,
    ...{ runId: ref.runId, step: 20, picture },
  });
});

test('the text for people', () => {
  const [parameters] = recipeTexts(recipeOf({ ...plain, words }, 20, 2), 16);
  expect(parameters).toEqual({
    keyword: 'parameters',
    text: [
      'كوكب 😀',
      'Negative prompt: <b>blue</b>',
      `Steps: 12, Sampler: DPM-Solver++ 2M, CFG scale: 4.5, Seed: 4294967295, Size: 16x16, Model: unet_step_20, Weights: raw, Picture: 3 of 4, Run: run-1a2b, Version: Perennial ${__APP_VERSION__}`,
    ].join('\n'),
  });
});

test('of several files, and of files without a recipe, none is read', async () => {
  const saved = await savedFile(plain, 0);
  expect(await recipeIn([saved, saved])).toBeNull();
  expect(await recipeIn([])).toBeNull();
  expect(await recipeIn([new File([], 'empty.png')])).toBeNull();
  expect(await recipeIn([new File([await readFile(PNG)], 'pillow.png')])).toBeNull();
});

test('a recipe with a value out of range is none', async () => {
  const json = recipeTexts(recipeOf({ ...plain, words }, 20, 2), 16)[1]?.text ?? '';
  const whole = JSON.parse(json) as Record<string, unknown>;
  const read = (changes: Record<string, unknown>) =>
    readRecipe([{ keyword: 'perennial', text: JSON.stringify({ ...whole, ...changes }) }]);
  expect(read({})).not.toBeNull();
  for (const wrong of [
    ...[{ version: 2 }, { seed: -1 }, { seed: '7' }, { seed: 1.5 }, { steps: 1001 }, { count: 65 }],
    ...[{ count: 3 }, { sampler: 'constructor' }, { weights: 'both' }, { picture: 5 }, { picture: 0 }],
    ...[{ prompts: [] }, { prompts: [7, 8] }, { prompts: 'a' }, { prompts: ['a'] }, { layout: 'pairs' }],
    ...[{ negative: null }, { guidance: null }, { guidance: { scale: 21, start: 0, stop: 1 } }],
    ...[{ guidance: { scale: 3, start: '0', stop: 1 } }, { run: '' }, { run: 7 }, { checkpoint: '\n' }],
  ])
    expect(read(wrong), JSON.stringify(wrong)).toBeNull();
  for (const text of ['', '{', 'null', '[]', '7'])
    expect(readRecipe([{ keyword: 'perennial', text }]), text).toBeNull();
  // What is shown is cleaned: nothing in a file may turn the text around it.
  expect(read({ run: 'run\u202e-1' })?.runId).toBe('run-1');
  expect(read({ prompts: ['a\u202e', 'b\n'] })?.words?.prompts).toEqual(['a', 'b']);
});

test('a recipe longer than a text may be is none, and nothing fails', async () => {
  const bytes = withPngTexts(await readFile(PNG), [{ keyword: 'perennial', text: 'x'.repeat(2 ** 20) }]);
  expect(await recipeIn([new File([bytes], 'long.png')])).toBeNull();
});
