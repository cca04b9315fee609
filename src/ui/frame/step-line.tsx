// A line that fills while a slow step is made, so that a page whose numbers stand still shows that it works.
// Not here: the progress of the run (status-strip.tsx), how long a step takes (page-state/looking.ts).
import { useEffect, useRef, useState } from 'preact/hooks';
import { useApp } from '../page-state/app-context.ts';

/** Seconds of a step from which on the line is shown: faster steps show by themselves that they are made. */
const SLOW_S = 2;
const EVERY_MS = 250;

/** Shown while steps are made that take 2 s or more; nothing where the system asks for less motion. */
export function StepLine() {
  const { state, looking } = useApp();
  const seconds = looking.stepSeconds.value?.seconds ?? 0;
  const step = looking.numbers.value.globalStep;
  if (state.runState.value !== 'training' || seconds < SLOW_S) return null;
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return null;
  return <Line key={step} seconds={seconds} />;
}

/** Fills from its first drawing on, within `seconds`; then it stays full until the next step. */
function Line({ seconds }: { seconds: number }) {
  const begun = useRef(performance.now());
  const [part, setPart] = useState(0);
  useEffect(
    () => whileVisible(() => setPart(Math.min(1, (performance.now() - begun.current) / 1000 / seconds))),
    [seconds],
  );
  return <i class="within" style={{ width: `${100 * part}%` }} />;
}

/** Calls `look` four times a second while the page is visible, until the returned function is called. */
function whileVisible(look: () => void): () => void {
  let timer: ReturnType<typeof setInterval> | undefined;
  const follow = (): void => {
    clearInterval(timer);
    if (document.visibilityState === 'visible') timer = setInterval(look, EVERY_MS);
  };
  follow();
  document.addEventListener('visibilitychange', follow);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', follow);
  };
}
