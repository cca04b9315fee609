// The button New run, and which run this is. Not here: the same button in the state `finished`
// (run-controls.tsx).
import { useApp } from '../page-state/app-context.ts';
import { pressedText, waitsForPressed } from '../page-state/pressed.ts';
import { Icon } from '../controls/icon.tsx';
import { clock } from '../format.ts';

/** Shown at the end of the right column while there is a run that can be left. */
export function NewRun() {
  const { state, commands } = useApp();
  const run = state.run.value;
  const now = state.runState.value;
  if (!run || now === 'finished' || now === 'elsewhere' || now === 'unavailable') return null;
  const { config, started, parent } = run;
  return (
    <section class="newrun" aria-label="This run">
      <button
        class="btn"
        type="button"
        disabled={now === 'starting' || waitsForPressed(state)}
        onClick={() => commands.newRun()}
      >
        <Icon name="plus" />
        {state.pressed.value?.what === 'new-run' ? pressedText(state) : 'New run'}
      </button>
      <span class="quiet" title={parent === '' ? undefined : `from ${parent}`}>
        {config.preset}, seed {config.seed}, started {clock(started, new Date())}
      </span>
    </section>
  );
}
