// The networks that PyTorch trains in the benchmark are the presets: same config, same number of parameters.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { PRESET_NAMES } from '../../src/settings/settings.ts';
import { modelOfRun, presetConfig, PRESETS } from '../../src/settings/presets.ts';

const FILE = new URL('../../bench/networks.json', import.meta.url);

/** Keys in UNet2DModel's spelling: sampleSize -> sample_size. */
const snake = (key: string) => key.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);

it('bench/networks.json holds every preset without words as diffusers has it', () => {
  const expected = Object.fromEntries(
    PRESET_NAMES.filter((preset) => !PRESETS[preset].textEncoder).map((preset) => {
      const { config, parameterCount } = modelOfRun(presetConfig(preset));
      const fields = Object.entries(config).map(([key, value]) => [snake(key), value] as const);
      return [preset, { ...Object.fromEntries(fields), parameters: parameterCount }];
    }),
  );
  // To renew the file: write `expected`, as JSON.
  expect(JSON.parse(readFileSync(FILE, 'utf8'))).toEqual(expected);
});
