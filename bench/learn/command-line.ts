// Reads and checks the command line of `npm run learn`: a run's settings and the files to write. Not here:
// the work.
import { parseArgs } from 'node:util';
import {
  PRESET_NAMES,
  type PresetName,
  type RunConfig,
  type Settings,
  SETTINGS,
} from '../../src/settings/settings.ts';
import { crossCheck, parseSetting } from '../../src/settings/parse-settings.ts';
import { presetConfig, textEncoderOf } from '../../src/settings/presets.ts';
import { type Fault, FaultError } from '../../src/fault.ts';
import { OWN } from './own-set.ts';

/** The GPU that the browser uses: Chromium's software GPU, or the machine's own. */
export type AdapterChoice = 'software' | 'hardware';

export interface CommandLine {
  config: RunConfig;
  adapter: AdapterChoice;
  /** Path of the samples' PNG. */
  out: string;
  /** Path of a safetensors file with the EMA weights; null: none is written. */
  weights: string | null;
}

export const USAGE = `npm run learn -- [own|text] [options]
  own                   65 made pictures of five kinds, as few as people bring, cropped and recoloured
  text                  text-tiny on shapes with their captions; what is told must be drawn
  --preset NAME         ${PRESET_NAMES.join(', ')}; default tiny
  --dataset NAME        shapes (default), planets or own
  --steps N, --batch N  default: what the preset needs here
  --executor NAME       plan (default) or eager
  --adapter NAME        software (default) or hardware: which GPU the browser uses
  --set NAME=VALUE      any other setting of a run, as in the app's address; may be repeated
  --out FILE            the samples as PNG; default bench/results/learn-PRESET-DATASET.png
  --weights FILE        also writes the EMA weights: safetensors, F16, diffusers names`;

/**
 * Settings that learn most from few steps: v prediction learns the background where noise hides it, the
 * learning rate falls to zero, and Min-SNR puts the loss on the timesteps that decide outlines (without
 * Min-SNR the same number of steps gives the right colours and no shapes).
 */
const FEW_STEPS: Partial<RunConfig> = {
  predictionType: 'v_prediction',
  noiseSchedule: 'cosine',
  learningRateSchedule: 'cosine',
  minSnrGamma: 5,
  sampleSteps: 25,
};

const FIXED: Partial<RunConfig> = { dataset: 'shapes', backend: 'webgpu', executor: 'plan' };

const TEXT = 'text';

const STEPS: Partial<Record<PresetName, Partial<RunConfig>>> = {
  tiny: { maxSteps: 12_000, batchSize: 8, learningRate: 4e-3 },
};

/** Steps on the 65 pictures of `own` with `tiny`. */
const OWN_STEPS = 4500;

/** Throws an Error that says what was expected. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      preset: { type: 'string' },
      dataset: { type: 'string' },
      steps: { type: 'string' },
      batch: { type: 'string' },
      executor: { type: 'string' },
      adapter: { type: 'string', default: 'software' },
      set: { type: 'string', multiple: true, default: [] },
      out: { type: 'string' },
      weights: { type: 'string' },
    },
  });
  const { adapter } = values;
  if (adapter !== 'software' && adapter !== 'hardware')
    throw new Error(`--adapter: expected software or hardware, got ${adapter}`);
  const [kind, ...rest] = positionals;
  if (positionals.length > 0 && ((kind !== OWN && kind !== TEXT) || rest.length > 0))
    throw new Error(`expected own, text or options, got ${positionals.join(' ')}`);
  const preset = checked('preset', values.preset ?? (kind === TEXT ? 'text-tiny' : 'tiny'), 'tiny');
  const { steps: maxSteps, batch: batchSize, executor } = values;
  const named = kind === OWN ? OWN : values.dataset;
  const given = Object.entries({ dataset: named, maxSteps, batchSize, executor });
  for (const pair of values.set) {
    const at = pair.indexOf('=');
    given.push([pair.slice(0, at), pair.slice(at + 1)]);
  }
  const own = presetConfig(preset);
  // A preset with words is made for few steps as it is.
  const few = textEncoderOf(own) ? FIXED : { ...FIXED, ...FEW_STEPS };
  const config = { ...own, ...few, ...STEPS[preset] };
  if (named === OWN && preset === 'tiny') config.maxSteps = OWN_STEPS;
  for (const [name, text] of given) if (text !== undefined) change(config, name, text);
  const fault = crossCheck(config);
  if (fault) throw new FaultError(fault);
  const out = values.out ?? `bench/results/learn-${preset}-${config.dataset}.png`;
  return { config, adapter, out, weights: values.weights ?? null };
}

function change(config: RunConfig, name: string, text: string): void {
  if (!Object.hasOwn(SETTINGS, name) || name === 'preset')
    throw new Error(`--set: expected a setting as NAME=VALUE, got ${name}=${text}`);
  const setting = name as Exclude<keyof Settings, 'preset'>;
  Object.assign(config, { [setting]: checked(setting, text, config[setting]) });
}

function checked<K extends keyof Settings>(name: K, text: string, used: Settings[K]): Settings[K] {
  const { value, fault }: { value: Settings[K]; fault: Fault | null } = parseSetting(name, text, used);
  if (fault) throw new FaultError(fault);
  return value;
}
