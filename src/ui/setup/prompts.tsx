// The prompts of the next run's 16 samples, which can be changed until Train, and the words of the captions.
// Not here: drawing prompts from captions (trainer/caption-facts.ts), what captions are worth (learns.tsx).
import { cleanPrompt } from '../../settings/clean-prompt.ts';
import { SAMPLE_COUNT } from '../../settings/sample-counts.ts';
import type { CaptionFacts } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';
import { count } from '../format.ts';
import { markOf, promptsOfForm } from '../page-state/prompt-text.ts';

/** Shown under the pictures where the form's model has words; nothing where no picture has a caption. */
export function Prompts() {
  const { state, commands } = useApp();
  const facts = state.captions.value;
  const prompts = promptsOfForm(state);
  if (facts?.teaches === 'missing' && !state.ownPrompts.value) return null;
  const change = (index: number, text: string): void => {
    // A prompt is one line: a line break of pasted text is a space.
    if (prompts) commands.setPrompts(prompts.with(index, text.replace(/[\r\n]+/g, ' ')));
  };
  return (
    <section class="prompts" aria-labelledby="h-prompts">
      <div class="head">
        <h2 id="h-prompts">Prompts of its samples</h2>
        <button
          class="btn s ghost end"
          type="button"
          aria-label="Reset the prompts"
          disabled={state.ownPrompts.value === null}
          onClick={() => commands.setPrompts(null)}
        >
          Reset
        </button>
      </div>
      <p class="quiet">{aboutPrompts(facts)}</p>
      <div class="prompt-fields">
        {Array.from({ length: SAMPLE_COUNT }, (_, index) => (
          <Prompt
            key={index}
            index={index}
            text={prompts?.[index] ?? null}
            mark={prompts ? markOf(prompts[index] ?? '', facts) : null}
            onText={(text) => change(index, text)}
          />
        ))}
      </div>
      {facts && facts.vocabulary.length > 0 && <Words facts={facts} />}
    </section>
  );
}

/** What the prompts are for, and how many of them no picture shows. */
function aboutPrompts(facts: CaptionFacts | null): string {
  const shown = `All through the run, ${SAMPLE_COUNT} samples show what the model makes of these words.`;
  const news = facts?.prompts.filter(({ text, isCaption }) => !isCaption && text !== '').length ?? 0;
  return news === 0 ? shown : `${shown} ${news} are new: no picture has that combination.`;
}

interface PromptProps {
  index: number;
  /** Null: not known yet. */
  text: string | null;
  mark: 'new' | 'yours' | null;
  onText: (text: string) => void;
}

function Prompt({ index, text, mark, onText }: PromptProps) {
  const id = `prompt-${index + 1}`;
  // What will be kept stands there when the field is left.
  const tidy = (): void => {
    const kept = text === null ? null : cleanPrompt(text);
    if (kept !== null && kept !== text) onText(kept);
  };
  return (
    <div class="prompt-field">
      <label for={id}>
        <span class="vh">Prompt </span>
        {index + 1}
      </label>
      {mark !== null && (
        <span class={mark === 'new' ? 'tag' : 'tag plain'} id={`${id}-mark`}>
          {mark}
        </span>
      )}
      <textarea
        class="field"
        id={id}
        rows={2}
        dir="auto"
        autocomplete="off"
        placeholder={text === null ? '' : 'no prompt'}
        disabled={text === null}
        aria-describedby={mark === null ? undefined : `${id}-mark`}
        value={text ?? ''}
        onInput={(event) => onText(event.currentTarget.value)}
        onBlur={tidy}
      />
    </div>
  );
}

const WORDS_SHOWN = 40;

function Words({ facts: { vocabulary } }: { facts: CaptionFacts }) {
  const shown = vocabulary.slice(0, WORDS_SHOWN);
  return (
    <>
      <h3 id="h-words">
        Words of the captions{' '}
        <small>{vocabulary.length > shown.length && `the ${shown.length} most frequent`}</small>
      </h3>
      <ul class="words" aria-labelledby="h-words">
        {shown.map(({ word, times }) => (
          <li key={word}>
            <bdi>{word}</bdi> <small>{count(times)}</small>
          </li>
        ))}
      </ul>
    </>
  );
}
