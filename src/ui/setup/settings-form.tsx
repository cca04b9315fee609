// All settings for the next new run, made from the table in settings.ts. Not here: one field
// (controls/setting-field.tsx).
import { useEffect, useRef } from 'preact/hooks';
import { type Setting, type Settings, SETTINGS } from '../../settings/settings.ts';
import { crossCheck } from '../../settings/parse-settings.ts';
import { samplerOf, samplersOf } from '../../settings/samplers.ts';
import { isInUse } from '../../settings/settings-in-use.ts';
import { changedSettings, presetConfig } from '../../settings/presets.ts';
import { useApp } from '../page-state/app-context.ts';
import { SettingField } from '../controls/setting-field.tsx';

/** Chosen elsewhere on the page: by the pictures and by the size. */
const ELSEWHERE: ReadonlySet<keyof Settings> = new Set(['preset', 'dataset']);
const SETTINGS_IN_FORM = (Object.keys(SETTINGS) as (keyof Settings)[]).filter((name) => !ELSEWHERE.has(name));
const GROUPS: Setting['group'][] = [
  'Pictures',
  'Training',
  'Diffusion',
  'Checkpoints and samples',
  'Machine',
];

/** "All settings", folded; opens by itself when settings contradict each other. */
export function SettingsForm() {
  const { state, commands } = useApp();
  const form = state.form.value;
  const changes = changedSettings(form);
  const changed = SETTINGS_IN_FORM.filter((name) => name in changes);
  const classes = state.datasets.value.find(({ id }) => id === form.dataset)?.classes ?? 0;
  const shown = SETTINGS_IN_FORM.filter((name) => isInUse(name, form, classes));
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
        All {shown.length} settings <small>({changed.length === 0 ? 'none' : changed.length} changed)</small>
      </summary>
      <div class="settings">
        {changed.length > 0 && (
          <button class="btn s" type="button" onClick={reset}>
            Reset all to the model's own
          </button>
        )}
        {GROUPS.map((group) => (
          <fieldset key={group}>
            <legend>{group}</legend>
            {shown
              .filter((name) => SETTINGS[name].group === group)
              .map((name) => (
                <SettingField
                  key={name}
                  name={name}
                  value={name === 'sampler' ? samplerOf(form) : form[name]}
                  {...(name === 'sampler' && { choices: samplersOf(form) })}
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
