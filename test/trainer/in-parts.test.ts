// Claims: a batch that does not fit is taken in parts of the same pictures, and what halves cannot help is refused as it was.
import { expect, test } from 'vitest';
import type { RunConfig } from '../../src/settings/settings.ts';
import { imagesPerStep } from '../../src/settings/calendar.ts';
import { presetConfig } from '../../src/settings/presets.ts';
import { inParts } from '../../src/trainer/in-parts.ts';

const config = { ...presetConfig('small'), batchSize: 48 };
const atMost = (batch: number) => (tried: RunConfig) => {
  if (tried.batchSize > batch) throw new Error(`${tried.batchSize} do not fit`);
};

test('what fits is left alone', () => {
  expect(inParts(config, atMost(48))).toBe(config);
});

test('a step keeps its pictures', () => {
  const parts = inParts(config, atMost(15));
  expect(parts).toMatchObject({ batchSize: 12, gradientAccumulationSteps: 4 });
  expect(imagesPerStep(parts)).toBe(imagesPerStep(config));
});

test('an odd part that does not fit is refused', () => {
  expect(() => inParts(config, atMost(2))).toThrow('3 do not fit');
});
