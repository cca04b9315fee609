// All settings, generated from config.ts' descriptors, for the next new run. Not here: one field (setting-field.tsx).
import { useEffect, useRef } from 'preact/hooks';
import { type Setting, type Settings, SETTINGS } from '../../settings/settings.ts';
import { crossCheck } from '../../settings/parse-settings.ts';
import { changedSettings, presetConfig } from '../../settings/presets.ts';
import { useApp } from '../page-state/app-context.ts';
import { SettingField } from '../controls/setting-field.tsx';

/** Chosen above, by pictures and size. */
const ELSEWHERE: ReadonlySet<keyof Settings> = new Set(['preset', 'dataset']);
const SETTINGS_IN_FORM = (Object.keys(SETTINGS) as (keyof Settings)[]).filter((name) => !ELSEWHERE.has(name));
const GROUPS: Setting['group'][] = [
  'Pictures',
  'Training',
  'Diffusion',
  'Checkpoints and samples',
  'Machine',
];

export function SettingsForm() {
  const { state, commands } = useApp();
  const form = state.form.value;
  const changes = changedSettings(form);
  const changed = SETTINGS_IN_FORM.filter((name) => name in changes);
  const mismatch = crossCheck(form);
  const ref = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    if (mismatch && ref.current) ref.current.open = true;
  }, [mismatch !== null]);
  const reset = (): void => {
    const own = presetConfig(form.preset);
    commands.setForm(Object.fromEntries(changed.map((name) => [name, own[name]])));
  };
  return (
    <details class="fold" ref={ref}>
      <summary>
        All settings{' '}
        <small>
          {SETTINGS_IN_FORM.length}, {changed.length === 0 ? 'none' : changed.length} changed
        </small>
      </summary>
      <div class="settings">
        {changed.length > 0 && (
          <button class="btn s" type="button" onClick={reset}>
            Reset all to the size's own
          </button>
        )}
        {GROUPS.map((group) => (
          <fieldset key={group}>
            <legend>{group}</legend>
            {SETTINGS_IN_FORM.filter((name) => SETTINGS[name].group === group).map((name) => (
              <SettingField
                key={name}
                name={name}
                value={form[name]}
                changed={changed.includes(name)}
                wrong={
                  name === 'imageSize' && mismatch ? `${mismatch.what} Choose ${mismatch.expected}.` : null
                }
                onValue={(value) => commands.setForm({ [name]: value })}
              />
            ))}
          </fieldset>
        ))}
      </div>
    </details>
  );
}
