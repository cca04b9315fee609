// The form has every setting of config.ts but the two that are chosen above it, and counts what was changed.
import { describe, expect, it } from 'vitest';
import { presetConfig, SETTINGS } from '../../src/config.ts';
import { changedSettings, SETTINGS_IN_FORM } from '../../src/ui/settings-form.tsx';

describe('settings form', () => {
  it('has every setting but preset and data set', () => {
    expect([...SETTINGS_IN_FORM, 'preset', 'dataset'].sort()).toEqual(Object.keys(SETTINGS).sort());
  });

  it('counts the settings that are not the preset’s own', () => {
    const own = presetConfig('tiny');
    expect(changedSettings(own)).toEqual([]);
    expect(changedSettings({ ...own, dataset: 'shapes', seed: 7, batchSize: 8 })).toEqual([
      'batchSize',
      'seed',
    ]);
  });
});
