// Claims: a switch between pictures and pictures with words leads to a preset of the same kind that fits the
// device, and back again; the address reaches the family too.
import { expect, test } from 'vitest';
import { parseAddress } from '../../src/settings/parse-settings.ts';
import { firstPreset, hasWords, presetAmong, presetsOf } from '../../src/settings/preset-families.ts';
import { presetConfig, PRESETS } from '../../src/settings/presets.ts';

test('each preset but bench is of one family', () => {
  expect(presetsOf(false)).toEqual(['tiny', 'small', 'cifar']);
  expect(presetsOf(true)).toEqual(['text-tiny', 'text', 'text-wide']);
});

test('tiny stays tiny, and a slow device gets tiny; there and back again is the same preset', () => {
  expect(presetAmong(true, 'tiny', false)).toBe('text-tiny');
  expect(presetAmong(true, 'small', false)).toBe('text');
  expect(presetAmong(true, 'cifar', true)).toBe('text-tiny');
  for (const preset of ['tiny', 'small'] as const)
    expect(presetAmong(false, presetAmong(true, preset, false), false)).toBe(preset);
  for (const preset of ['text', 'text-wide'] as const) expect(presetAmong(true, preset, true)).toBe(preset);
  expect(firstPreset(false, true)).toBe('tiny');
});

test('the address and an imported network say whether a run has words', () => {
  expect(hasWords(parseAddress(new URLSearchParams('preset=text-tiny'), 'small').config)).toBe(true);
  const { network } = PRESETS.tiny;
  expect(hasWords({ ...presetConfig('text'), network, textEncoder: null })).toBe(false);
});
