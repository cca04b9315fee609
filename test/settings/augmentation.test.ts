// Claims: `auto` varies the user's own pictures where there are at most 2,000, and never the built-in sets.
import { expect, test } from 'vitest';
import { augmentationOf } from '../../src/settings/augmentation.ts';
import { presetConfig } from '../../src/settings/presets.ts';

test('auto is on for few pictures of the user', () => {
  const on = (dataset: string, count: number) => augmentationOf({ ...presetConfig('tiny'), dataset }, count);
  const [both, none] = [
    { randomCrop: true, colorJitter: true },
    { randomCrop: false, colorJitter: false },
  ];
  expect([1, 65, 2000, 2001].map((count) => on('own-1a2b3c4d', count))).toEqual([both, both, both, none]);
  for (const builtIn of ['planets', 'shapes', 'faces', 'emoji']) expect(on(builtIn, 65)).toEqual(none);
});

test('a setting that is chosen holds for every set', () => {
  const config = { ...presetConfig('tiny'), randomCrop: 'on', colorJitter: 'off' } as const;
  for (const count of [65, 4096])
    expect(augmentationOf(config, count)).toEqual({ randomCrop: true, colorJitter: false });
});
