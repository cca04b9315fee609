// One sample enlarged, on screens too narrow for the square beside the grid. Not here: that square
// (compare-slot.tsx).
import { SAMPLE_COUNT } from '../../settings/sample-counts.ts';
import { useApp } from '../page-state/app-context.ts';
import { Dialog } from '../controls/dialog.tsx';
import { count } from '../format.ts';
import { promptText } from '../page-state/prompt-text.ts';
import { PictureCanvas } from '../pictures/picture-canvas.tsx';
import { NearestOfRun } from './nearest-of-run.tsx';
import { useShownSamples } from './shown-samples.ts';

/** Shown while `looking.enlarged` is true. */
export function SampleDialog() {
  const { looking } = useApp();
  return looking.enlarged.value ? <Enlarged /> : null;
}

function Enlarged() {
  const { commands, looking } = useApp();
  const samples = useShownSamples();
  const index = looking.sample.value;
  const picture = samples.pictures[index] ?? null;
  const prompt = samples.prompts?.[index];
  const shown = looking.shown.value;
  const show = (next: number): void => {
    looking.sample.value = next % SAMPLE_COUNT;
  };
  const close = (): void => {
    looking.enlarged.value = false;
  };
  return (
    <Dialog class="picture" title={`Sample ${index + 1}`} onClose={close}>
      <p class="quiet">{shown === null ? 'noise' : `step ${count(shown)}, seed ${samples.seed}`}</p>
      {picture === 'not-finite' ? (
        <p class="slot-note">not finite</p>
      ) : (
        <PictureCanvas picture={picture} label={`Sample ${index + 1}, enlarged`} />
      )}
      {prompt !== undefined && <p dir="auto">{promptText(prompt)}</p>}
      <NearestOfRun picture={picture} />
      <div class="answers">
        <button class="btn" type="button" onClick={() => show(index + SAMPLE_COUNT - 1)}>
          Previous
        </button>
        <button class="btn" type="button" onClick={() => show(index + 1)}>
          Next
        </button>
        <button
          class="btn"
          type="button"
          disabled={shown === null}
          onClick={() => shown !== null && commands.downloadPng('samples', shown)}
        >
          PNG of all {SAMPLE_COUNT}
        </button>
        <button class="btn" type="button" onClick={close}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
