// The line under the status strip for what happened and needs no action. Not here: alerts, and notices
// without a run (status-strip.tsx shows those itself).
import type { State } from '../../app/state.ts';
import type { DatasetInfo } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';
import { count, duration } from '../format.ts';

/** Shown with a run; empty while there is no notice. */
export function Notice() {
  const { state } = useApp();
  const text = [state.notice.value, wentBackText(state.wentBack.value)].filter(Boolean).join(' ');
  const brought = state.brought.value;
  return (
    <div role="status" aria-label="Notices">
      {text && <p class="notice">{text}</p>}
      {brought && <Brought info={brought} />}
    </div>
  );
}

function wentBackText(back: State['wentBack']['value']): string | null {
  if (!back) return null;
  if (back.steps === 0) return 'Nothing was lost.';
  const steps = `${count(back.steps)} ${back.steps === 1 ? 'step' : 'steps'}`;
  return `Went back ${steps}${back.seconds === null ? '' : ` (${duration(back.seconds)})`}.`;
}

/** Pictures that were dropped or chosen while a run goes on: they wait for the next run. */
function Brought({ info }: { info: DatasetInfo }) {
  const { commands } = useApp();
  return (
    <p class="notice with-button">
      <span>
        {count(info.count)} {info.count === 1 ? 'picture' : 'pictures'} stored as {info.title}. This run
        learns from its own pictures.
      </span>
      <button class="btn s" type="button" onClick={() => commands.newRun()}>
        Use them in a new run
      </button>
      <button class="btn s ghost" type="button" onClick={() => commands.dismissBrought()}>
        Dismiss
      </button>
    </p>
  );
}
