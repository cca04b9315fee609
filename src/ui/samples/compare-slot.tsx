// The square beside the samples answers "compared with what?": an earlier step, one sample enlarged, or the
// training pictures. Not here: the samples (samples.tsx).
import { SAMPLE_COUNT } from '../../settings/sample-counts.ts';
import { useApp } from '../page-state/app-context.ts';
import { count } from '../format.ts';
import { Icon } from '../controls/icon.tsx';
import { type Picture, PictureCanvas } from '../pictures/picture-canvas.tsx';
import { PromptLine } from '../pictures/prompt-line.tsx';
import { promptText } from '../page-state/prompt-text.ts';
import { NearestOfRun } from './nearest-of-run.tsx';
import { Segments } from '../controls/segments.tsx';
import type { ShownSamples } from './shown-samples.ts';
import { useSheet } from '../page-state/use-sheet.ts';

/** Shown with a run on screens that have room for a second square. */
export function CompareSlot({ samples }: { samples: ShownSamples }) {
  const { looking } = useApp();
  const compare = looking.compare.value;
  const none = looking.earlier.value === null;
  return (
    <div class="pair-one">
      <div class="head">
        <h2 class="vh">Compare</h2>
        <Segments
          label="Compare with"
          chosen={compare}
          choices={[
            ['earlier', 'Earlier'],
            ['one', 'One'],
            ['pictures', 'Pictures'],
          ]}
          disabled={none ? ['earlier'] : []}
          onChoose={(choice) => (looking.wanted.value = choice)}
        />
        <p class="quiet">
          <What samples={samples} />
        </p>
        <Download />
      </div>
      {compare === 'earlier' && <Earlier />}
      {compare === 'one' && <One samples={samples} />}
      {compare === 'pictures' && <Pictures />}
    </div>
  );
}

function What({ samples }: { samples: ShownSamples }) {
  const { state, looking } = useApp();
  const earlier = looking.earlier.value;
  switch (looking.compare.value) {
    case 'earlier':
      return <>{earlier === null ? '' : `step ${count(earlier)}`}</>;
    case 'one':
      return <>{`sample ${looking.sample.value + 1}, seed ${samples.seed}`}</>;
    case 'pictures':
      return <>{state.run.value?.dataset.title}</>;
  }
}

function Download() {
  const { commands, looking } = useApp();
  const shown = looking.shown.value;
  const name = 'Download samples as PNG';
  return (
    <button
      class="btn s square ghost end"
      type="button"
      aria-label={name}
      title={name}
      disabled={shown === null}
      onClick={() => shown !== null && commands.downloadPng('samples', shown)}
    >
      <Icon name="save" />
    </button>
  );
}

function Earlier() {
  const { state, looking } = useApp();
  const earlier = looking.earlier.value;
  const sheet = useSheet(earlier);
  return (
    <Squares
      pictures={each((index) => sheet && { sheet, index })}
      prompts={state.run.value?.prompts ?? null}
      label={`The ${SAMPLE_COUNT} samples of step ${earlier}`}
    />
  );
}

function Pictures() {
  const { state } = useApp();
  const preview = state.preview.value;
  const count = state.run.value?.dataset.count ?? Infinity;
  const most = preview ? Math.min(preview.columns * preview.rows, count) : 1;
  return (
    <Squares
      pictures={each((i) => preview && { preview, index: i % most })}
      prompts={null}
      label={`${SAMPLE_COUNT} of the pictures it learns from`}
    />
  );
}

const each = (picture: (index: number) => Picture | null): (Picture | null)[] =>
  Array.from({ length: SAMPLE_COUNT }, (_, i) => picture(i));

interface SquaresProps {
  pictures: (Picture | null)[];
  prompts: readonly string[] | null;
  label: string;
}

function Squares({ pictures, prompts, label }: SquaresProps) {
  return (
    <div class={prompts ? 'grid worded' : 'grid'} role="img" aria-label={label}>
      {pictures.map((picture, i) => (
        <div key={i}>
          <PictureCanvas picture={picture} />
          <PromptLine prompt={prompts?.[i]} />
        </div>
      ))}
    </div>
  );
}

function One({ samples }: { samples: ShownSamples }) {
  const { looking } = useApp();
  const index = looking.sample.value;
  const picture = samples.pictures[index] ?? null;
  if (picture === 'not-finite') return <p class="slot-note">not finite</p>;
  const label = `Sample ${index + 1} at step ${looking.shown.value ?? 0}, enlarged`;
  const prompt = samples.prompts?.[index];
  return (
    <>
      <PictureCanvas class="one" picture={picture} label={label} />
      {prompt !== undefined && (
        <p class="of-one" dir="auto">
          {promptText(prompt)}
        </p>
      )}
      <NearestOfRun picture={picture} />
    </>
  );
}
