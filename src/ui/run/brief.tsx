// The left half of the bar at the bottom of small screens: the state and one number. Not here: the status
// strip, which says the same to screen readers.
import { PRESETS } from '../../settings/presets.ts';
import { type App, useApp } from '../page-state/app-context.ts';
import { count } from '../format.ts';
import { SAMPLE_COUNT } from '../../settings/sample-counts.ts';
import { timeLeftText } from '../page-state/time-left.ts';
import { runTime, secondsOfRun } from '../page-state/run-length.ts';
import { preparingText } from '../page-state/preparing.ts';
import { countDrawn } from '../page-state/count-drawn.ts';

/** CSS shows it on small screens only; hidden from screen readers. */
export function Brief() {
  const app = useApp();
  const [title, note] = words(app);
  return (
    <p class="brief" aria-hidden="true">
      <span class="dot" />
      <span>
        <b>{title}</b>
        <small>{note}</small>
      </span>
    </p>
  );
}

function words(app: App): [string, string] {
  const { state, looking } = app;
  const { globalStep } = looking.numbers.value;
  const left = timeLeftText(app);
  const of = state.run.value ? ` of ${count(state.run.value.lastStep)}` : '';
  switch (state.runState.value) {
    case 'idle':
      return nextRun(app);
    case 'starting':
      return ['Starting', preparingText(state)];
    case 'validating':
      return ['Validating', `${countDrawn(state.validation.value)} of ${SAMPLE_COUNT} samples`];
    case 'training':
      return [
        'Training',
        left === null ? `${count(globalStep)}${of}` : `${count(globalStep)} · ${left} left`,
      ];
    case 'paused':
      return ['Paused', `${count(globalStep)}${of}`];
    case 'finished':
      return ['Finished', `${count(globalStep)} steps`];
    case 'failed':
      return ['Failed', 'work is saved'];
    case 'elsewhere':
      return ['In another tab', ''];
    case 'unavailable':
      return ['No GPU', 'until the browser restarts'];
  }
}

function nextRun({ state, looking }: App): [string, string] {
  const { dataset, preset } = state.form.value;
  if (looking.bringsOwn.value) return [`Your pictures, ${PRESETS[preset].title}`, 'choose them first'];
  const title = state.datasets.value.find((info) => info.id === dataset)?.title ?? dataset;
  const estimate = state.estimates.value[preset];
  const time = estimate && runTime(secondsOfRun(estimate));
  return [`${title}, ${PRESETS[preset].title}`, time ?? ''];
}
