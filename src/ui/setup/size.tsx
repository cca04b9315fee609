// The choice of the network: presets with the time of a run on this device, and all settings. Not here: the
// fields of the settings (settings-form.tsx).
import { hasWords, presetsOf } from '../../settings/preset-families.ts';
import type { PresetName } from '../../settings/settings.ts';
import { PRESETS } from '../../settings/presets.ts';
import { useApp } from '../page-state/app-context.ts';
import { EstimateNote } from './estimate-note.tsx';
import { runTime, secondsOfRun } from '../page-state/run-length.ts';
import { UNKNOWN } from '../format.ts';
import { MemoryAlert } from './memory-alert.tsx';
import { SettingsForm } from './settings-form.tsx';
import { TooSlow } from './too-slow.tsx';

/** The presets of the chosen one's family. `bench` is offered only where the address asks for it. */
const offered = (chosen: PresetName, words: boolean): PresetName[] =>
  chosen === 'bench' ? [chosen, ...presetsOf(words)] : presetsOf(words);

/** Shown in the right column before a run. */
export function Size() {
  const { state } = useApp();
  const chosen = state.form.value.preset;
  return (
    <section class="size" aria-labelledby="h-size">
      <h2 id="h-size">Model</h2>
      <div class="presets" role="radiogroup" aria-labelledby="h-size">
        {offered(chosen, hasWords(state.form.value)).map((name) => (
          <Choice key={name} name={name} chosen={name === chosen} />
        ))}
      </div>
      <EstimateNote />
      <TooSlow />
      <MemoryAlert />
      <SettingsForm />
    </section>
  );
}

function Choice({ name, chosen }: { name: PresetName; chosen: boolean }) {
  const { state, commands } = useApp();
  const estimate = state.estimates.value[name];
  const seconds = estimate && secondsOfRun(estimate);
  return (
    <label>
      <input
        type="radio"
        name="preset"
        value={name}
        checked={chosen}
        onChange={() => commands.setForm({ preset: name })}
      />
      <b>{PRESETS[name].title}</b>
      <span>{PRESETS[name].note}</span>
      <em>{seconds === undefined ? UNKNOWN : runTime(seconds)}</em>
    </label>
  );
}
