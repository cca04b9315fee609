// How much storage checkpoints take: used, planned, and what the browser allows by its own estimate. Not
// here: computing these (storage-use.ts).
import type { State } from '../../app/state.ts';
import { useApp } from '../page-state/app-context.ts';
import { count, storage, UNKNOWN } from '../format.ts';
import { type StorageUse, storageUseOf, usedUpTo } from './storage-use.ts';

/** A line of text, a bar, and what the browser allows; an en dash until the store has been looked at. */
export function StorageMeter() {
  const { state } = useApp();
  const use = storageUseOf(state);
  if (!use) return <>{UNKNOWN}</>;
  const { usedBytes, plannedBytes, quotaBytes } = use;
  const text = plan(use, state);
  const share = (bytes: number): string =>
    `${Math.min(100, (100 * bytes) / Math.max(1, quotaBytes ?? plannedBytes))}%`;
  return (
    <>
      {text}
      <span
        class="meter"
        role="img"
        aria-label={quotaBytes === null ? text : `${text}, of about ${storage(quotaBytes)}`}
      >
        <i style={{ width: share(plannedBytes) }} />
        <i style={{ width: share(usedBytes) }} />
      </span>
      <small>{allowed(quotaBytes, state)}</small>
    </>
  );
}

function plan({ usedBytes, plannedBytes }: StorageUse, state: State): string {
  if (state.run.value || plannedBytes === usedBytes) return usedUpTo({ usedBytes, plannedBytes });
  const checkpoints = state.estimates.value[state.form.value.preset]?.checkpointsKept ?? 0;
  const planned = `Room for ${count(checkpoints)} checkpoints: ${storage(plannedBytes - usedBytes)}`;
  return usedBytes > 0 ? `${planned}, ${storage(usedBytes)} used` : planned;
}

function allowed(quotaBytes: number | null, state: State): string {
  const about =
    quotaBytes === null
      ? 'The browser does not tell what it offers'
      : `The browser offers about ${storage(quotaBytes)}`;
  const persisted = state.persisted.value ?? state.store.value?.persisted ?? false;
  if (!persisted && !state.run.value)
    return `${about}. Pressing Train asks the browser not to delete checkpoints.`;
  return persisted
    ? `${about} and keeps checkpoints until you delete them.`
    : `${about}, and may delete checkpoints when the disk is full. Export what matters.`;
}
