// What a screen reader says of a run: state, step and loss, politely, at most every 10 seconds. Not here:
// alerts, which are announced at once.
import { useEffect, useRef, useState } from 'preact/hooks';
import { type App, useApp } from '../page-state/app-context.ts';
import * as format from '../format.ts';
import { preparingText } from '../page-state/preparing.ts';

const EVERY_MS = 10_000;

function sentence({ state, looking }: App): string {
  const now = state.runState.peek();
  const run = state.run.peek();
  const { globalStep, loss } = looking.numbers.peek();
  if (now === 'starting') return preparingText(state);
  if (!run) return now;
  const tail = loss === null ? '' : `, loss ${format.loss(loss)}`;
  return `${now}, step ${globalStep} of ${run.lastStep}${tail}`;
}

/** An invisible live region, always there. */
export function Announcer() {
  const app = useApp();
  const [text, setText] = useState('');
  const ready = useRef(0);
  const state = app.state.runState.value;
  useEffect(() => {
    const say = (): void => {
      ready.current = performance.now() + EVERY_MS;
      setText(sentence(app));
    };
    const first = setTimeout(say, Math.max(0, ready.current - performance.now()));
    const rest = setInterval(say, EVERY_MS);
    return () => {
      clearTimeout(first);
      clearInterval(rest);
    };
  }, [app, state]);
  return (
    <p class="vh" aria-live="polite">
      {text}
    </p>
  );
}
