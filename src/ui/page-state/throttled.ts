// A signal that follows another at most every so many milliseconds: numbers change at 4 Hz, not at 60. Not
// here: batching of events (trainer/outbox.ts).
import { effect, type ReadonlySignal, signal } from '@preact/signals';

/**
 * Follows `source` at most every `ms` while `often` is true, at once while it is false. Call it once per
 * page: it is never released.
 */
export function throttled<T>(
  source: ReadonlySignal<T>,
  often: ReadonlySignal<boolean>,
  ms: number,
): ReadonlySignal<T> {
  const out = signal(source.peek());
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = -Infinity;
  const show = (): void => {
    clearTimeout(timer);
    timer = undefined;
    last = performance.now();
    out.value = source.peek();
  };
  effect(() => {
    void source.value;
    const wait = often.value ? last + ms - performance.now() : 0;
    if (wait <= 0) show();
    else timer ??= setTimeout(show, wait);
  });
  return out;
}

/** Date.now(), anew every `ms`: for ages. Call it once per page: it is never released. */
export function ticking(ms: number): ReadonlySignal<number> {
  const now = signal(Date.now());
  setInterval(() => (now.value = Date.now()), ms);
  return now;
}
