// The line for what happened and needs no action, under the strip of a run. Not here: alerts, and the view without a run
// (status-strip.tsx has room for the notice itself).
import { useApp } from '../page-state/app-context.ts';

export function Notice() {
  const { state } = useApp();
  const notice = state.notice.value;
  return (
    <div role="status" aria-label="Notices">
      {notice && <p class="notice">{notice}</p>}
    </div>
  );
}
