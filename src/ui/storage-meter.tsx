// How much room checkpoints take: used, planned, and what the browser allows (its own estimate, and called one).
import { type App, useApp } from './app-context.ts';
import { count, storage, storageOf, UNKNOWN } from './format.ts';

interface Room {
  used: number;
  planned: number;
  /** Checkpoints that the plan holds. */
  checkpoints: number | null;
  quota: number | null;
  hasRun: boolean;
}

function roomOf({ state }: App): Room | null {
  const store = state.store.value;
  if (!store) return null;
  const run = state.run.value;
  const estimate = run ? null : state.estimates.value[state.form.value.preset];
  const planned = run ? run.poolSlots * run.checkpointBytes : store.usedBytes + (estimate?.storageBytes ?? 0);
  return {
    used: store.usedBytes,
    planned: Math.max(planned, store.usedBytes),
    checkpoints: estimate?.checkpointsKept ?? null,
    quota: store.quotaBytes,
    hasRun: run !== null,
  };
}

export function StorageMeter() {
  const app = useApp();
  const room = roomOf(app);
  if (!room) return <>{UNKNOWN}</>;
  const text = plan(room);
  const whole = room.quota ?? room.planned;
  const share = (bytes: number): string => `${Math.min(100, (100 * bytes) / Math.max(1, whole))}%`;
  return (
    <>
      {text}
      <span
        class="meter"
        role="img"
        aria-label={`${text}${room.quota === null ? '' : `, of about ${storage(room.quota)}`}`}
      >
        <i style={{ width: share(room.planned) }} />
        <i style={{ width: share(room.used) }} />
      </span>
      <small>{allowed(room.quota, app)}</small>
    </>
  );
}

function plan({ used, planned, checkpoints, hasRun }: Room): string {
  if (hasRun) return `${storageOf(used, planned)} planned`;
  if (planned === used) return `${storage(used)} used`;
  const room = `${storage(planned - used)} planned: ${count(checkpoints ?? 0)} checkpoints`;
  return used > 0 ? `${room}, ${storage(used)} used` : room;
}

function allowed(quota: number | null, { state }: App): string {
  const about =
    quota === null
      ? 'The browser does not tell what it allows'
      : `The browser allows about ${storage(quota)} (its estimate)`;
  const persisted = state.persisted.value ?? (state.store.value?.persisted || null);
  if (persisted === null) return `${about}. Train asks it to keep them.`;
  return persisted
    ? `${about} and keeps it until you delete it.`
    : `${about}, and may delete it when the disk is full: export what matters.`;
}
