// What a model with words is to draw: one prompt, two beside each other, or a row of pictures for each of
// several; words of the captions and the run's prompts to choose from. Not here: guidance
// (guidance-fields.tsx), what the texts mean (page-state/words-form.ts).
import { useRef, useState } from 'preact/hooks';
import type { CheckpointRecord, KnownWords } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';
import { insertWord, wordsToOffer } from '../page-state/insert-word.ts';
import { promptTexts, tooLong } from '../page-state/words-form.ts';
import type { Meant } from '../page-state/generate-form.ts';
import { WordChips } from '../controls/word-chips.tsx';
import { Segments } from '../controls/segments.tsx';
import { AttributeSwitches } from './attribute-switches.tsx';
import { PromptArea } from './prompt-area.tsx';
import { useUnread } from './use-unread.ts';

const OFFERED_WORDS = 14;

type Field = 'prompt' | 'other' | 'lines';

const FIELDS = {
  prompt: {
    label: 'Prompt',
    rows: 1,
    placeholder: 'Empty: pictures of nothing in particular',
  },
  other: {
    label: 'Compare with another prompt',
    rows: 1,
    placeholder: 'Empty: pictures of nothing in particular',
  },
  lines: { label: 'Prompts, one on each line', rows: 4, placeholder: 'One prompt on each line' },
} as const;

const SHOWN = { one: ['prompt'], pair: ['prompt', 'other'], grid: ['lines'] } as const;

interface Props {
  /** The checkpoint whose model knows the words. */
  record: CheckpointRecord | null;
  known: KnownWords;
  meant: Meant;
}

/** The layout, its fields, words, and the run's prompts. */
export function PromptFields({ record, known, meant }: Props) {
  const { asking } = useApp();
  const { layout } = asking.words;
  const texts = promptTexts(asking.words, known);
  const shown: readonly Field[] = SHOWN[layout.value];
  const unread = useUnread(record, meant.words?.prompts ?? []);
  const refs = { prompt: useRef<HTMLTextAreaElement>(null), other: useRef(null), lines: useRef(null) };
  const [last, setLast] = useState<{ field: Field; caret: number } | null>(null);
  const field = last && shown.includes(last.field) ? last.field : (shown[0] ?? 'prompt');
  const caret = last?.field === field ? Math.min(last.caret, texts[field].length) : texts[field].length;
  const change = (text: string, caret: number): void => {
    asking.words[field].value = text;
    setLast({ field, caret });
  };
  const add = (word: string): void => {
    const put = insertWord(texts[field], caret, word);
    change(put.text, put.caret);
    focusAt(refs[field].current, put);
  };
  const choose = (prompt: string): void => {
    const lines = texts.lines.trimEnd();
    asking.words[field].value = field === 'lines' && lines !== '' ? `${lines}\n${prompt}` : prompt;
    setLast(null);
  };
  return (
    <div class="wished">
      <Segments
        label="Prompts"
        chosen={layout.value}
        choices={[
          ['one', 'One prompt', 'Pictures of one prompt'],
          ['pair', 'Compare two', 'Two prompts, drawn from the same noise'],
          ['grid', 'Grid', 'A row of pictures for each prompt, each column from the same noise'],
        ]}
        onChoose={(choice) => (layout.value = choice)}
      />
      {shown.map((name) => (
        <PromptArea
          key={name}
          {...FIELDS[name]}
          text={texts[name]}
          fieldRef={refs[name]}
          wrong={name === 'lines' ? meant.wrong.lines : undefined}
          note={name === shown.at(-1) ? tooLong(unread, known) : null}
          onText={(text) => (asking.words[name].value = text)}
          onCaret={(at) => setLast({ field: name, caret: at })}
        />
      ))}
      <WordChips words={wordsToOffer(texts[field], caret, known.vocabulary, OFFERED_WORDS)} onWord={add} />
      <AttributeSwitches
        template={known.template}
        prompts={{ text: texts[field], caret, several: field === 'lines' }}
        onText={change}
      />
      <Examples prompts={known.prompts} adds={field === 'lines'} onPrompt={choose} />
    </div>
  );
}

/** Puts the caret behind what was inserted, once the field shows it. */
function focusAt(field: HTMLTextAreaElement | null, { text, caret }: { text: string; caret: number }): void {
  if (!field) return;
  field.value = text;
  field.focus();
  field.setSelectionRange(caret, caret);
}

interface ExamplesProps {
  prompts: readonly string[];
  /** Chosen ones are added to those that are there. */
  adds: boolean;
  onPrompt: (prompt: string) => void;
}

/** The prompts of the run's own samples, folded. */
function Examples({ prompts, adds, onPrompt }: ExamplesProps) {
  const different = [...new Set(prompts)].filter((prompt) => prompt !== '');
  if (different.length === 0) return null;
  return (
    <details class="fold examples">
      <summary>Prompts of the run’s samples</summary>
      <ul>
        {different.map((prompt) => (
          <li key={prompt}>
            <button
              type="button"
              aria-label={`${adds ? 'Add' : 'Use'} ${prompt}`}
              onClick={() => onPrompt(prompt)}
            >
              <bdi>{prompt}</bdi>
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
