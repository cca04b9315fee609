// Two families of presets: models of pictures alone, and models of pictures with words, which read captions.
// Not here: what a preset is (presets.ts).
import { PRESETS, textEncoderOf } from './presets.ts';
import { PRESET_NAMES, type PresetName, type RunConfig } from './settings.ts';

/** Whether a run with these settings trains a text encoder, which reads the captions. */
export const hasWords = (config: Pick<RunConfig, 'preset' | 'network' | 'textEncoder'>): boolean =>
  textEncoderOf(config) !== null;

/** The presets of a family, from small to large. `bench` compares machines: it is no choice for a run. */
export const presetsOf = (words: boolean): PresetName[] =>
  PRESET_NAMES.filter((name) => name !== 'bench' && (PRESETS[name].textEncoder !== null) === words);

/** The preset of a family to begin with. `slow`: a software GPU, webgl or cpu. */
export function firstPreset(words: boolean, slow: boolean): PresetName {
  if (words) return slow ? 'text-tiny' : 'text';
  return slow ? 'tiny' : 'small';
}

/**
 * The preset that takes the place of `preset` in the family: its own where it belongs to it; a tiny one for a
 * tiny one; else the one to begin with.
 */
export function presetAmong(words: boolean, preset: PresetName, slow: boolean): PresetName {
  if (presetsOf(words).includes(preset)) return preset;
  return firstPreset(words, slow || preset === 'tiny' || preset === 'text-tiny');
}
