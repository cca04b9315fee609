// Settings read from a field of the form, an address or a checkpoint. A value that cannot be used becomes a
// Fault that names the setting. Not here: the ranges (settings.ts).
import { type Fault, FaultError, shownJson } from '../fault.ts';
import type { TextEncoderConfig } from '../model/text-encoder-config.ts';
import type { UNetConfig } from '../model/unet-config.ts';
import { presetConfig, networkOf, ownNetworks } from './presets.ts';
import { samplerOf, samplersOf } from './samplers.ts';
import {
  type PresetName,
  type Settings,
  type Origin,
  type RunConfig,
  type Setting,
  SETTINGS,
} from './settings.ts';

function rangeOf(setting: Setting): string {
  switch (setting.type) {
    case 'integer':
      return `a whole number from ${setting.min} to ${setting.max}`;
    case 'number':
      return `a number from ${setting.min} to ${setting.max}`;
    case 'choice':
      return `one of ${setting.choices.join(', ')}`;
    case 'boolean':
      return 'true or false';
    case 'text':
      return `small letters, digits and dashes, at most ${setting.maxLength}`;
  }
}

/** Whether `value` is of the setting's type and in its range. */
function accepts<K extends keyof Settings>(name: K, value: unknown): value is Settings[K] {
  const setting: Setting = SETTINGS[name];
  switch (setting.type) {
    case 'integer':
    case 'number': {
      const isOfType = setting.type === 'integer' ? Number.isInteger(value) : Number.isFinite(value);
      return isOfType && (value as number) >= setting.min && (value as number) <= setting.max;
    }
    case 'choice':
      return typeof value === 'string' && setting.choices.includes(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'text':
      return typeof value === 'string' && value.length <= setting.maxLength && setting.pattern.test(value);
  }
}

/** Text as a value of the setting's type. Text that is no such value stays text, which `accepts` refuses. */
function readText(setting: Setting, text: string): unknown {
  if (setting.type === 'integer' || setting.type === 'number')
    return text.trim() === '' ? text : Number(text);
  if (setting.type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}

const isSetting = (name: string): name is keyof Settings => Object.hasOwn(SETTINGS, name);

function unknownSetting(name: string): Fault {
  return {
    kind: 'setting',
    title: `There is no setting called ${name.slice(0, 64)}`,
    what: 'The other settings are used as given.',
    expected: `one of ${Object.keys(SETTINGS).join(', ')}`,
    got: name.slice(0, 64),
    todo: ['Correct the name in the address, or remove it.'],
  };
}

function wrongSetting(name: keyof Settings, got: unknown, used: unknown): Fault {
  const shown = String(got).slice(0, 64);
  return {
    kind: 'setting',
    title: `${name} is ${shown === '' ? 'empty' : shown}`,
    what: `It must be ${rangeOf(SETTINGS[name])}. Using ${String(used)} until you change it.`,
    expected: rangeOf(SETTINGS[name]),
    got: shown,
    todo: [`Choose a value for ${name} in the form or in the address.`],
  };
}

/** The value of one field's text; `used` and a fault where the text is no value in the setting's range. */
export function parseSetting<K extends keyof Settings>(
  name: K,
  text: string,
  used: Settings[K],
): { value: Settings[K]; fault: Fault | null } {
  const value = readText(SETTINGS[name], text);
  if (accepts(name, value)) return { value, fault: null };
  return { value: used, fault: wrongSetting(name, text, used) };
}

/** Checks settings against each other: the network must be able to halve the image size. Null: no fault. */
export function crossCheck(config: RunConfig): Fault | null {
  const divisor = 2 ** (networkOf(config).blockOutChannels.length - 1);
  if (config.imageSize % divisor === 0) return null;
  return {
    kind: 'setting',
    title: `imageSize is ${config.imageSize}`,
    what: `The ${config.network ? 'imported' : config.preset} network halves the picture ${Math.log2(divisor)} times.`,
    expected: `a multiple of ${divisor}`,
    got: String(config.imageSize),
    todo: [`Choose ${Math.max(8, Math.round(config.imageSize / divisor) * divisor)}.`],
  };
}

function unfitSampler({ sampler, predictionType }: RunConfig, used: Settings['sampler']): Fault {
  const expected = `one of ${samplersOf({ predictionType }).join(', ')}`;
  return {
    kind: 'setting',
    title: `sampler is ${sampler}`,
    what: `With predictionType ${predictionType} it must be ${expected}. Using ${used} until you change it.`,
    expected,
    got: sampler,
    todo: ['Choose another sampler, or another predictionType.'],
  };
}

/**
 * Settings given in an address (`?preset=tiny&seed=7`). The preset's value holds for a setting that is not
 * given or not valid; `fallback` is the preset where none is given. `given`: the settings with a valid value
 * in the address.
 */
export function parseAddress(
  params: URLSearchParams,
  fallback: PresetName,
): { config: RunConfig; given: ReadonlySet<keyof Settings>; faults: Fault[] } {
  const faults: Fault[] = [];
  const given = new Set<keyof Settings>();
  const parsed = <K extends keyof Settings>(name: K, text: string, used: Settings[K]): Settings[K] => {
    const { value, fault } = parseSetting(name, text, used);
    if (fault) faults.push(fault);
    else given.add(name);
    return value;
  };
  const preset = params.get('preset');
  const config = presetConfig(preset === null ? fallback : parsed('preset', preset, fallback));
  const settings: Settings = config;
  const take = <K extends keyof Settings>(name: K, text: string): void => {
    settings[name] = parsed(name, text, settings[name]);
  };
  for (const [name, text] of params) {
    if (!isSetting(name)) faults.push(unknownSetting(name));
    else if (name !== 'preset') take(name, text);
  }
  const sampler = samplerOf(config);
  if (given.has('sampler') && sampler !== config.sampler) {
    faults.push(unfitSampler(config, sampler));
    config.sampler = sampler;
  }
  const mismatch = crossCheck(config);
  if (mismatch) {
    faults.push(mismatch);
    config.imageSize = presetConfig(config.preset).imageSize;
  }
  return { config, given, faults };
}

/**
 * Settings stored in a checkpoint. A stored field must be in range. A missing field takes its row's `before`,
 * else the preset's value: the version that saved the file had no such setting. Unknown fields (of a newer
 * version) are left out.
 * `networks`: those that the file names; null where it names only its preset, as files of older versions do.
 * Throws FaultError kind `file`, or `setting` where network and image size do not fit.
 */
export function parseStored(
  stored: unknown,
  networks: { unet: UNetConfig; textEncoder: TextEncoderConfig | null } | null = null,
): RunConfig {
  if (typeof stored !== 'object' || stored === null)
    throw new FaultError(storedFault('config', 'an object', shownJson(stored)));
  const fields = stored as Record<string, unknown>;
  const field = <K extends keyof Settings>(name: K): Settings[K] => {
    const value = fields[name];
    if (accepts(name, value)) return value;
    throw new FaultError(storedFault(`config.${name}`, rangeOf(SETTINGS[name]), shownJson(value)));
  };
  // A missing setting takes its preset's value, so the preset itself must be stored.
  const config = presetConfig(field('preset'));
  const settings: Settings = config;
  const take = <K extends keyof Settings>(name: K): void => {
    settings[name] = field(name);
  };
  for (const name of Object.keys(SETTINGS).filter(isSetting)) {
    const row: Setting = SETTINGS[name];
    if (Object.hasOwn(fields, name)) take(name);
    else if (row.type === 'choice' && row.before !== undefined)
      Object.assign(settings, { [name]: row.before });
  }
  config.origin = originOf(fields['origin'] ?? null);
  if (networks) Object.assign(config, ownNetworks(config, networks.unet, networks.textEncoder));
  const mismatch = crossCheck(config);
  if (mismatch) throw new FaultError(mismatch);
  return config;
}

function originOf(stored: unknown): Origin | null {
  if (stored === null) return null;
  const { globalStep, epoch } = stored as Record<string, unknown>;
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  if (isCount(globalStep) && isCount(epoch)) return { globalStep, epoch };
  throw new FaultError(
    storedFault('config.origin', 'globalStep and epoch, whole numbers', shownJson(stored)),
  );
}

function storedFault(name: string, expected: string, got: string): Fault {
  return {
    kind: 'file',
    title: 'This checkpoint has settings that cannot be used',
    what: `Its ${name} is not valid. Nothing was changed.`,
    expected: `${name}: ${expected}`,
    got,
    todo: ['Use a checkpoint that Perennial exported.'],
  };
}
