// The sentence of the captions with a choice in each of its places, where the captions were made by a rule:
// each choice changes that place of the prompt. Not here: what a choice does to a prompt
// (page-state/attribute-switches.ts).
import type { CaptionTemplate } from '../../trainer/api.ts';
import { lineAt } from '../page-state/insert-word.ts';
import { choicesIn, withChoice } from '../page-state/attribute-switches.ts';

interface Props {
  /** Null: the captions share no sentence. */
  template: CaptionTemplate | null;
  /** The field's text: one prompt, or `several`, of which that on the caret's line is meant. */
  prompts: { text: string; caret: number; several: boolean };
  /** The text with the changed prompt, and the caret behind that. */
  onText: (text: string, caret: number) => void;
}

/** What stands for the alternative that leaves its place out, and for a place of a prompt of other words. */
const NOTHING = '–';
const OTHER = '…';
/** Alternatives that name a place for those who hear the page. */
const NAMED = 3;

/** A group "Change the prompt": fixed words, and a list of alternatives in each place. */
export function AttributeSwitches({ template, prompts: { text, caret, several }, onText }: Props) {
  if (!template) return null;
  const { begin, end } = several ? lineAt(text, caret) : { begin: 0, end: text.length };
  const prompt = text.slice(begin, end);
  const said = choicesIn(template, prompt);
  const choose = (part: number, choice: number): void => {
    const changed = withChoice(template, prompt, part, choice);
    onText(text.slice(0, begin) + changed + text.slice(end), begin + changed.length);
  };
  return (
    <div class="switches" role="group" aria-label="Change the prompt">
      {template.map((part, i) =>
        typeof part === 'string' ? (
          <bdi key={i}>{part}</bdi>
        ) : (
          <select
            key={i}
            class="field"
            aria-label={nameOf(part)}
            value={String(said?.[i] ?? -1)}
            onChange={({ currentTarget }) => choose(i, Number(currentTarget.value))}
          >
            {!said && <option value="-1">{OTHER}</option>}
            {part.map((text, choice) => (
              <option key={text} value={String(choice)}>
                {text === '' ? NOTHING : text}
              </option>
            ))}
          </select>
        ),
      )}
    </div>
  );
}

/** "circle, ring, square, …" */
function nameOf(alternatives: readonly string[]): string {
  const named = alternatives.filter((text) => text !== '').slice(0, NAMED);
  return [...named, ...(alternatives.length > NAMED ? [OTHER] : [])].join(', ');
}
