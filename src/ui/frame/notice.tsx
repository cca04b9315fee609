// The line under the status strip for what happened and needs no action. Not here: alerts, and notices
// without a run (status-strip.tsx shows those itself).
import { useApp } from '../page-state/app-context.ts';

/** Shown with a run; empty while there is no notice. */
export function Notice() {
  const { state } = useApp();
  const notice = state.notice.value;
  return (
    <div role="status" aria-label="Notices">
      {notice && <p class="notice">{notice}</p>}
    </div>
  );
}
