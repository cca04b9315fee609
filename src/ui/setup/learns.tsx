// What the model learns from the chosen set: pictures, or pictures with words; and what its captions are
// worth. Not here: the prompts (prompts.tsx), reading captions (app/captions-of-form.ts).
import type { DatasetInfo } from '../../trainer/api.ts';
import { hasWords, presetAmong } from '../../settings/preset-families.ts';
import { Segments } from '../controls/segments.tsx';
import { useApp } from '../page-state/app-context.ts';
import { captionedText, flippedSides, teachesNothing } from '../page-state/prompt-text.ts';

/** Between the sets and the pictures of the chosen one; `info` undefined: the sets are not listed yet. */
export function Learns({ info }: { info: DatasetInfo | undefined }) {
  const { state, commands } = useApp();
  const { preset } = state.form.value;
  const words = hasWords(state.form.value);
  const choose = (family: 'pictures' | 'words'): void => {
    const slow = state.machine.value?.slow ?? false;
    commands.setForm({ preset: presetAmong(family === 'words', preset, slow) });
  };
  return (
    <div class="learns">
      <Segments
        label="What the model learns"
        chosen={words ? 'words' : 'pictures'}
        choices={[
          ['pictures', 'Pictures'],
          ['words', 'Pictures with words'],
        ]}
        disabled={words || info?.captions ? [] : ['words']}
        describedBy="about-words"
        onChoose={choose}
      />
      <div class="about" id="about-words" aria-live="polite">
        {words ? <Worth /> : info && <p class="quiet">{info.captions ? OFFER : NEEDS}</p>}
      </div>
    </div>
  );
}

const OFFER = 'With words it learns the captions too, and draws what a prompt says.';
const NEEDS =
  'No words: these pictures have no captions. A text file beside a picture is its caption, as cat.txt of cat.jpg; where pictures lie in several folders, the folders’ names are.';

/** What the captions are worth, once they were read. */
function Worth() {
  const { state, commands } = useApp();
  const facts = state.captions.value;
  if (!facts) return <p class="quiet">Reading the captions.</p>;
  const nothing = teachesNothing(facts);
  const flipped = flippedSides(facts, state.form.value);
  return (
    <>
      <p class="quiet">{captionedText(facts)}</p>
      {nothing !== null && <p class="warns">{nothing}</p>}
      {flipped !== null && (
        <p class="warns">
          {flipped}{' '}
          <button class="btn s" type="button" onClick={() => commands.setForm({ randomFlip: false })}>
            Turn off random flip
          </button>
        </p>
      )}
    </>
  );
}
