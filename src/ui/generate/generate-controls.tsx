// The primary button of the view Generate, with Cancel, progress, and the time that drawing takes, if known.
// On small screens the bar at the bottom. Not here: the fields (drawing-form.tsx).
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { passesOf, secondsFor } from '../../app/asked-set.ts';
import type { Asked, Generated, PageState } from '../../app/state.ts';
import type { CheckpointRecord, DrawingFacts } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';
import { keyOf } from '../page-state/checkpoint-key.ts';
import { count, duration, pictures } from '../format.ts';
import { askedFor, type Meant } from '../page-state/generate-form.ts';
import { Icon } from '../controls/icon.tsx';
import { ProgressBar } from '../controls/progress-bar.tsx';

interface Props {
  record: CheckpointRecord | null;
  facts: DrawingFacts | null;
  meant: Meant;
  /** Nothing can be drawn now; the form says why. */
  barred: boolean;
}

/** Under the form; Cancel and the progress bar only while pictures are drawn. Listens to Ctrl Enter. */
export function GenerateControls({ record, facts, meant, barred }: Props) {
  const { state, commands, asking } = useApp();
  const now = state.runState.value;
  const draws = state.generating.value;
  const asked = askedFor(record, asking, meant);
  const able = asked !== null && !barred && !draws;
  const { button, cancel } = useFocusBack(draws);
  const generate = (): void => {
    if (!able || !record || !asked) return;
    // Stays with this checkpoint: a newer one would give other pictures for the same seed.
    asking.chosen.value = keyOf(record);
    if (asked.words) asking.seed.value = String(asked.seed);
    asking.seedDrawn.value = true;
    asking.filled.value = null;
    commands.generate(asked);
  };
  useCtrlEnter(generate);
  const { callsMade = 0, callsInAll = null } = state.generated.value ?? {};
  const note = draws
    ? drawing(state.generated.value, state.asked.value)
    : barred
      ? ''
      : noteOf(now, asked, facts);
  return (
    <section class="controls" aria-label="Drawing">
      <Brief record={record} note={draws ? note : howMany(meant.count)} />
      <div class="buttons">
        <button
          ref={button}
          class="btn primary xl"
          type="button"
          aria-label="Generate"
          aria-describedby="generate-note generate-why"
          aria-keyshortcuts="Control+Enter"
          disabled={!able}
          onClick={generate}
        >
          <span>Generate</span>
          <kbd aria-hidden="true">Ctrl Enter</kbd>
        </button>
        {draws && <Cancel buttonRef={cancel} />}
      </div>
      {draws && <ProgressBar label="Generating" done={callsMade} total={callsInAll} />}
      <p class="note" id="generate-note">
        {note}
      </p>
    </section>
  );
}

/** Nothing while the field says no number. */
const howMany = (many: number): string => (Number.isInteger(many) ? pictures(many) : '');

/** How long drawing takes, from measured forward passes; nothing is promised without a measurement. */
function noteOf(now: PageState, asked: Asked | null, facts: DrawingFacts | null): string {
  const trains = now === 'training';
  const seconds = asked && facts ? secondsFor(asked, facts.callMs) : null;
  if (seconds === null)
    return trains ? 'Pictures are drawn between two training steps; training goes on.' : '';
  const time = seconds < 1 ? duration(seconds) : `about ${duration(seconds)}`;
  return trains
    ? `Drawing these pictures delays training by ${time}.`
    : `Takes ${time}, as measured on this device.`;
}

function drawing(generated: Generated | null, asked: Asked | null): string {
  if (!generated || generated.complete || !asked) return 'Opening the checkpoint';
  const { callsMade, callsInAll, begun } = generated;
  const far = `Step ${count(callsMade)} of ${count(callsInAll)}`;
  if (callsMade < 2) return far;
  const [made, all] = [callsMade, callsInAll].map((calls) => passesOf(asked, calls)) as [number, number];
  const left = ((performance.now() - begun) / 1000 / made) * (all - made);
  return `${far}, ${left < 1 ? duration(left) : `about ${duration(left)}`} left`;
}

function Cancel({ buttonRef }: { buttonRef: RefObject<HTMLButtonElement | null> }) {
  const { commands } = useApp();
  return (
    <button
      ref={buttonRef}
      class="btn second"
      type="button"
      aria-label="Cancel"
      onClick={() => commands.cancelGenerate()}
    >
      <Icon name="close" />
      <span>Cancel</span>
    </button>
  );
}

/** The left half of the bar on small screens; hidden from screen readers, because the form says the same. */
function Brief({ record, note }: { record: CheckpointRecord | null; note: string }) {
  return (
    <p class="brief" aria-hidden="true">
      <span>
        <b>{record?.name ?? 'No checkpoint'}</b>
        <small>{note}</small>
      </span>
    </p>
  );
}

/** Cancel disappears when the drawing ends; if Cancel had the focus, the button Generate gets the focus. */
function useFocusBack(draws: boolean) {
  const button = useRef<HTMLButtonElement>(null);
  const cancel = useRef<HTMLButtonElement>(null);
  const lost = !draws && cancel.current !== null && document.activeElement === cancel.current;
  useEffect(() => {
    if (lost) button.current?.focus();
  }, [lost]);
  return { button, cancel };
}

/** Calls `act` on Ctrl Enter wherever the focus is, also in a field; not while a dialog is open. */
function useCtrlEnter(act: () => void): void {
  // A layout effect: a later effect would act on the fields' former texts until the next frame.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.repeat) return;
      if (document.querySelector('dialog[open]')) return;
      event.preventDefault();
      act();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  });
}
