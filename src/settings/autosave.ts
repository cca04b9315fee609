// How often a run is saved between the checkpoints that are due, so that closing the tab loses seconds of
// work and saving stays a small part of the time. Pure functions, for trainer and page alike. Not here: which
// steps are due by the schedule (checkpoint-schedule.ts), which autosaves stay (checkpoint/retention.ts).

/** A save costs at most this part of the time from one autosave to the next. */
const MOST_OF_THE_TIME = 0.02;
/**
 * Bytes that autosaves write per second at most: 31 TB in a year without a pause, where a drive of 1 TB is
 * rated for several hundred.
 */
const BYTES_PER_SECOND = 1e6;
/** With checkpointEveryMinutes 5, autosaves are at least 20 s apart. */
const MOST_IN_INTERVAL = 15;

/** Milliseconds of work that may be lost when the page is hidden: 10 s with checkpointEveryMinutes 5. */
export const mayLoseMs = (everyMinutes: number): number => (everyMinutes * 60_000) / (2 * MOST_IN_INTERVAL);

/**
 * Milliseconds from one save to the next autosave. `everyMinutes`: the setting, after which a save comes at
 * the latest. `costMs`: of the last save, from the step's numbers to the commit. `bytes`: of its checkpoint.
 * Both 0: not known yet.
 */
export function autosaveEveryMs(everyMinutes: number, costMs: number, bytes: number): number {
  const latest = everyMinutes * 60_000;
  const cheap = Math.max(costMs / MOST_OF_THE_TIME, (1000 * bytes) / BYTES_PER_SECOND);
  return Math.min(latest, Math.max(latest / MOST_IN_INTERVAL, cheap));
}
