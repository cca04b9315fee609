// A thin bar: how much of a task is done, or only that the task goes on. Not here: the words beside it.

/** `total` null or 0: not known, the bar only moves. `label`: for screen readers. */
export function ProgressBar({ label, done, total }: { label: string; done: number; total: number | null }) {
  if (!total)
    return (
      <div class="loading unknown" role="progressbar" aria-label={label}>
        <i />
      </div>
    );
  const value = { 'aria-valuemin': 0, 'aria-valuemax': total, 'aria-valuenow': done };
  return (
    <div class="loading" role="progressbar" aria-label={label} {...value}>
      <i style={{ width: `${(100 * done) / total}%` }} />
    </div>
  );
}
