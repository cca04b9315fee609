// Starting over, and which run this is. In the state `finished` the button is one of the run controls.
import { useApp } from '../page-state/app-context.ts';
import { clock } from '../format.ts';

export function NewRun() {
  const { state, commands } = useApp();
  const run = state.run.value;
  const now = state.runState.value;
  if (!run || now === 'finished' || now === 'elsewhere' || now === 'unavailable') return null;
  const { config, started, parent } = run;
  return (
    <section class="newrun" aria-label="This run">
      <button
        class="btn ghost s"
        type="button"
        disabled={now === 'starting'}
        onClick={() => commands.newRun()}
      >
        New run
      </button>
      <span class="quiet" title={parent === '' ? undefined : `from ${parent}`}>
        {config.preset}, seed {config.seed}, started {clock(started, new Date())}
      </span>
    </section>
  );
}
