// Claim: what the import dialog draws is bounded and visible, whatever the file says.
import { expect, it } from 'vitest';
import type { ImportPreview } from '../../../src/trainer/api.ts';
import { plainPreview } from '../../../src/trainer/import/plain-preview.ts';

it('no text of the preview is long, and its lists are short', () => {
  const text = `a\u202e\0${'w'.repeat(300_000)}`;
  const preview: ImportPreview = {
    format: 'torch',
    title: text,
    fileName: text,
    sizeBytes: 1,
    dtype: text,
    parameters: 1,
    network: text,
    globalStep: 0,
    epoch: 0,
    batchLosses: 0,
    kept: ['Weights.', 'Weights.'],
    missing: Array.from({ length: 1000 }, (_, i) => `${i} ${text}`),
    dataset: null,
    origin: null,
    words: false,
    asked: [],
    models: [text],
    chosen: 0,
    first: null,
    pictures: 0,
    samples: null,
  };
  const plain = plainPreview(preview);
  expect(JSON.stringify(plain)).not.toMatch(/\u202e|\\u0000|w{401}/);
  expect(plain.title).toHaveLength(201);
  expect(plain.kept).toEqual(['Weights.']);
  expect(plain.missing).toHaveLength(33);
  expect(plain.missing.at(-1)).toBe('And 968 more such parts.');
});
