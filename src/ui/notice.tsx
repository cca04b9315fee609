// The line for what happened and needs no action. Not here: alerts.
import { useApp } from './app-context.ts';

export function Notice() {
  const { state } = useApp();
  const notice = state.notice.value;
  return (
    <div role="status" aria-label="Notices">
      {notice && <p class="notice">{notice}</p>}
    </div>
  );
}
