// Says that the chosen preset is too slow on this device, and which one fits. Not here: how long a run takes
// (page-state/run-length.ts), why a preset does not fit into memory (memory-alert.tsx).
import { hasWords, presetsOf } from '../../settings/preset-families.ts';
import { PRESETS } from '../../settings/presets.ts';
import { estimated } from '../format.ts';
import { useApp } from '../page-state/app-context.ts';
import { fittingPreset, isTooLong, secondsOfRun } from '../page-state/run-length.ts';

/** Shown where a run with the form's settings would take longer than a week. */
export function TooSlow() {
  const { state } = useApp();
  const estimates = state.estimates.value;
  const { preset } = state.form.value;
  const chosen = estimates[preset];
  if (!chosen || !isTooLong(secondsOfRun(chosen))) return null;
  const fitting = fittingPreset(estimates, presetsOf(hasWords(state.form.value)));
  const other = fitting && fitting !== preset ? estimates[fitting] : undefined;
  return (
    <p class="note">
      <b>{PRESETS[preset].title} is too slow on this device:</b> this run would take longer than a week.
      {other && fitting && ` ${PRESETS[fitting].title} takes about ${estimated(secondsOfRun(other))}.`}
    </p>
  );
}
