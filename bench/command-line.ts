// Reads and checks the benchmark's command line. Not here: what is measured (bench.ts), how often
// (options.ts).
import { parseArgs } from 'node:util';
import { PRESET_NAMES } from '../src/settings/settings.ts';
import { presetConfig, PRESETS } from '../src/settings/presets.ts';
import type { BenchOptions } from './options.ts';

/** `auto`: a hardware GPU where the browser has one, else the software GPU. */
export type AdapterChoice = 'auto' | 'hardware' | 'software';

export interface CommandLine {
  options: BenchOptions;
  where: 'browser' | 'node';
  adapter: AdapterChoice;
  torch: boolean;
}

export const USAGE = `npm run bench -- [options]
  --quick               one warm-up and two timed stock steps, ten of ours, loss on preset tiny
  --preset NAME         ${PRESET_NAMES.join(', ')}; default bench
  --batch N             pictures a step; default the preset's
  --executor NAME       plan (default) or eager: what is measured against stock TensorFlow.js
  --adapter NAME        auto (default), hardware, software: which GPU the browser uses
  --node                no browser: Dawn in Node (npm package webgpu)
  --torch               with --node: the same network in PyTorch beside it (PYTHON names the interpreter)`;

/** Throws an Error that says what was expected. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      preset: { type: 'string', default: 'bench' },
      batch: { type: 'string' },
      executor: { type: 'string', default: 'plan' },
      adapter: { type: 'string', default: 'auto' },
      node: { type: 'boolean', default: false },
      torch: { type: 'boolean', default: false },
    },
  });
  const preset = oneOf('--preset', values.preset, PRESET_NAMES);
  const batch = values.batch === undefined ? presetConfig(preset).batchSize : Number(values.batch);
  if (!Number.isInteger(batch) || batch < 1)
    throw new Error(`--batch: expected a whole number of 1 or more, got ${values.batch}`);
  if (values.torch && !values.node) throw new Error('--torch is measured beside --node: give both');
  if (values.torch && PRESETS[preset].textEncoder)
    throw new Error(`--torch: expected a preset without words, got ${preset}`);
  return {
    options: {
      preset,
      batch,
      quick: values.quick,
      executor: oneOf('--executor', values.executor, ['plan', 'eager'] as const),
    },
    where: values.node ? 'node' : 'browser',
    adapter: oneOf('--adapter', values.adapter, ['auto', 'hardware', 'software'] as const),
    torch: values.torch,
  };
}

function oneOf<T extends string>(option: string, given: string, choices: readonly T[]): T {
  const choice = choices.find((one) => one === given);
  if (choice === undefined) throw new Error(`${option}: expected one of ${choices.join(', ')}, got ${given}`);
  return choice;
}
