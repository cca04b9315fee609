// A signal that follows another at most every so many milliseconds, so that numbers change at 4 Hz and not at 60.
// Not here: batching of events (trainer/outbox.ts).
import { effect, type ReadonlySignal, signal } from '@preact/signals';

/** Follows `source` at most every `ms` while `often` is true, at once while it is false. Lives as long as the page. */
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

/** The time, every `ms`: for ages. Lives as long as the page. */
export function ticking(ms: number): ReadonlySignal<number> {
  const now = signal(Date.now());
  setInterval(() => (now.value = Date.now()), ms);
  return now;
}
