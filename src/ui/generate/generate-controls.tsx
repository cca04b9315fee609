// The one primary action of the view Generate, with its progress and Cancel, and how long it takes as far as that was measured. On
// small screens: the bar at the bottom. Not here: the fields (drawing-form.tsx).
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { secondsFor } from '../../app/generated.ts';
import type { Asked, Generated, PageState } from '../../app/state.ts';
import type { CheckpointRecord, DrawingFacts } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';
import { keyOf } from '../page-state/checkpoint-key.ts';
import { count, duration } from '../format.ts';
import { askedFor, type Meant } from '../page-state/generate-form.ts';
import { Icon } from '../controls/icon.tsx';
import { ProgressBar } from '../controls/progress-bar.tsx';

interface Props {
  record: CheckpointRecord | null;
  facts: DrawingFacts | null;
  meant: Meant;
  /** Nothing can be drawn now. */
  barred: boolean;
}

export function GenerateControls({ record, facts, meant, barred }: Props) {
  const { state, commands, asking } = useApp();
  const now = state.runState.value;
  const draws = state.generating.value;
  const asked = askedFor(record, asking, meant);
  const able = asked !== null && !barred && !draws;
  const { button, cancel } = useFocusBack(draws);
  const generate = (): void => {
    if (!able || !record || !asked) return;
    // A newer checkpoint is another answer: the same again is of this one.
    asking.chosen.value = keyOf(record);
    commands.generate(asked);
  };
  useCtrlEnter(generate);
  const { callsMade = 0, callsInAll = null } = state.generated.value ?? {};
  const note = draws ? drawing(state.generated.value) : barred ? '' : noteOf(now, asked, facts);
  return (
    <section class="controls" aria-label="Drawing">
      <Brief record={record} note={draws ? note : pictures(meant.count)} />
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

const pictures = (many: number): string =>
  Number.isInteger(many) ? `${count(many)} ${many === 1 ? 'picture' : 'pictures'}` : '';

/** How long it takes, from denoising calls that were measured; without one nothing is promised. */
function noteOf(now: PageState, asked: Asked | null, facts: DrawingFacts | null): string {
  const trains = now === 'training';
  const seconds = asked && facts ? secondsFor(asked.count, asked.steps, facts.callMs) : null;
  if (seconds === null) return trains ? 'Drawn between the steps of the training, which goes on.' : '';
  const time = seconds < 1 ? duration(seconds) : `about ${duration(seconds)}`;
  return trains
    ? `Training waits ${time} in all while these are drawn.`
    : `Takes ${time}, by the denoising calls measured here.`;
}

function drawing(generated: Generated | null): string {
  if (!generated || generated.complete) return 'Opening the checkpoint';
  const { callsMade, callsInAll, begun } = generated;
  const far = `${count(callsMade)} of ${count(callsInAll)} denoising calls`;
  if (callsMade < 2) return far;
  const left = ((performance.now() - begun) / 1000 / callsMade) * (callsInAll - callsMade);
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

/** The left half of the bar at the bottom of small screens; the form says the same to screen readers. */
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

/** Where the focus is on `cancel` when that goes, it would be nowhere: it goes back to `button`. */
function useFocusBack(draws: boolean) {
  const button = useRef<HTMLButtonElement>(null);
  const cancel = useRef<HTMLButtonElement>(null);
  const lost = !draws && cancel.current !== null && document.activeElement === cancel.current;
  useEffect(() => {
    if (lost) button.current?.focus();
  }, [lost]);
  return { button, cancel };
}

/** Wherever the focus is, also in a field; not while a dialog is open. */
function useCtrlEnter(act: () => void): void {
  // Not in an effect after the next frame: until then it would ask for what the fields said before.
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
