// What a run with the form's settings costs, and where the figures come from. Not here: computing them
// (app/estimate.ts).
import type { Estimate } from '../../app/state.ts';
import { imagesPerStep } from '../../settings/calendar.ts';
import { PRESETS } from '../../settings/presets.ts';
import { useApp } from '../page-state/app-context.ts';
import { UNKNOWN, count, duration, fileSize, many, pictures, storage } from '../format.ts';

const BASIS: Record<Estimate['basis'], string> = {
  probe: 'measured in 2 s on this device',
  measured: 'as an earlier run on this device took',
};

/** Under the choice of presets; a sentence in its place until the device has been looked at. */
export function EstimateNote() {
  const { state } = useApp();
  const form = state.form.value;
  const estimate = state.estimates.value[form.preset];
  if (!estimate) return <p class="note">Measuring how fast this device is.</p>;
  const { parameters, totalSteps, checkpointBytes, secondsPer1000Steps, basis } = estimate;
  const bytes = state.memory.value?.bytes ?? null;
  return (
    <p class="note">
      <b>{PRESETS[form.preset].title}:</b> {many(parameters)} parameters, {count(totalSteps)}{' '}
      {totalSteps === 1 ? 'step' : 'steps'} of {pictures(imagesPerStep(form))}, {fileSize(checkpointBytes)} a
      checkpoint
      {bytes !== null && (
        <>
          , <data value={bytes}>{storage(bytes)}</data> of GPU memory
        </>
      )}
      {state.memory.value === null && `, ${UNKNOWN} of GPU memory`}. About {duration(secondsPer1000Steps)} per
      1,000 steps, {BASIS[basis]}.
    </p>
  );
}
