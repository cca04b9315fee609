// The one alert of the page: what went wrong, what is safe, what to do, and what exactly was reported; with
// the way to the next where there are several. Not here: what does not fit the GPU before training
// (setup/memory-alert.tsx).
import { useEffect, useRef } from 'preact/hooks';
import { shownFault } from '../../app/alerts.ts';
import type { Fault } from '../../fault.ts';
import { useApp } from '../page-state/app-context.ts';
import { Icon } from '../controls/icon.tsx';
import { separated } from '../format.ts';

/** Shown while there is a fault that the user has not dismissed. */
export function Alert() {
  const { state, commands } = useApp();
  const { faults, at, answers } = state.alerts.value;
  const fault = shownFault(state.alerts.value);
  const ref = useRef<HTMLDivElement>(null);
  // What was pressed may be far below; an alert that comes by itself never moves the page.
  useEffect(() => {
    if (answers) ref.current?.scrollIntoView({ block: 'center' });
  }, [fault, answers]);
  if (!fault) return null;
  const atRest = state.runState.value === 'paused' || state.runState.value === 'finished';
  const asksForPictures = fault.kind === 'data' && state.run.value?.pictures === 'changed' && atRest;
  return (
    <div class="alert" role="alert" ref={ref}>
      <Icon name="alert" />
      <div>
        <h2>{separated(fault.title)}</h2>
        <p>{separated(fault.what)}</p>
        <ToDo todo={fault.todo} />
        <Reported key={at} fault={fault} />
        {asksForPictures && (
          <p class="answer">
            <button class="btn" type="button" onClick={() => commands.confirmPictures()}>
              Go on with these pictures
            </button>
          </p>
        )}
      </div>
      <div class="ways">
        {faults.length > 1 && (
          <>
            <span class="quiet">
              {at + 1} of {faults.length}
            </span>
            <button
              class="btn s ghost"
              type="button"
              aria-label="Next alert"
              onClick={() => commands.nextFault()}
            >
              Next
            </button>
          </>
        )}
        <button class="btn s ghost" type="button" onClick={() => commands.dismissFault()}>
          Dismiss
        </button>
      </div>
    </div>
  );
}

function ToDo({ todo }: { todo: string[] }) {
  if (todo.length === 0) return null;
  if (todo.length === 1) return <p>{separated(todo[0] ?? '')}</p>;
  return (
    <ol>
      {todo.map((step) => (
        <li key={step}>{separated(step)}</li>
      ))}
    </ol>
  );
}

function Reported({ fault }: { fault: Fault }) {
  const ofTheBrowser = fault.kind === 'gpu' || fault.kind === 'storage' || fault.kind === 'internal';
  return (
    <details>
      <summary>{ofTheBrowser ? 'What the browser reported' : 'What was expected'}</summary>
      <dl class="facts">
        <dt>Expected</dt>
        <dd>{separated(fault.expected)}</dd>
        <dt>Got</dt>
        <dd>{separated(fault.got)}</dd>
      </dl>
    </details>
  );
}
