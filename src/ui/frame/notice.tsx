// The line under the status strip for what happened and needs no action. Not here: alerts, and notices
// without a run (status-strip.tsx shows those itself).
import type { State } from '../../app/state.ts';
import { count, duration } from '../format.ts';
import { useApp } from '../page-state/app-context.ts';

/** Shown with a run; empty while there is no notice. */
export function Notice() {
  const { state } = useApp();
  const text = [state.notice.value, wentBackText(state.wentBack.value)].filter(Boolean).join(' ');
  return (
    <div role="status" aria-label="Notices">
      {text && <p class="notice">{text}</p>}
    </div>
  );
}

function wentBackText(back: State['wentBack']['value']): string | null {
  if (!back) return null;
  if (back.steps === 0) return 'Nothing was lost.';
  const steps = `${count(back.steps)} ${back.steps === 1 ? 'step' : 'steps'}`;
  return `Went back ${steps}${back.seconds === null ? '' : ` (${duration(back.seconds)})`}.`;
}
