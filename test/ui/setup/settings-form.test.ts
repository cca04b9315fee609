// The form has every setting of config.ts but the two that are chosen above it.
import { describe, expect, it } from 'vitest';
import { SETTINGS } from '../../../src/settings/settings.ts';
import { SETTINGS_IN_FORM } from '../../../src/ui/setup/settings-form.tsx';

describe('settings form', () => {
  it('has every setting but preset and data set', () => {
    expect([...SETTINGS_IN_FORM, 'preset', 'dataset'].sort()).toEqual(Object.keys(SETTINGS).sort());
  });
});
