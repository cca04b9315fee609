// A prompt as choices among the alternatives of the captions' sentence, and the prompt with another choice.
// Not here: finding the sentence (text/caption-template.ts), its controls (generate/attribute-switches.tsx).
import type { CaptionTemplate } from '../../trainer/api.ts';

/** For each part of the template the alternative that the prompt says; null at fixed words. */
export type Choices = readonly (number | null)[];

const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== '');

/** The choices that a prompt says; null where it is another sentence. */
export function choicesIn(template: CaptionTemplate, prompt: string): Choices | null {
  const words = wordsOf(prompt);
  const says = (text: string, from: number): boolean =>
    wordsOf(text).every((word, i) => words[from + i] === word);
  const rest = (part: number, from: number): Choices | null => {
    const here = template[part];
    if (here === undefined) return from === words.length ? [] : null;
    const texts = typeof here === 'string' ? [here] : here;
    for (const [i, text] of texts.entries()) {
      const behind = says(text, from) ? rest(part + 1, from + wordsOf(text).length) : null;
      if (behind) return [typeof here === 'string' ? null : i, ...behind];
    }
    return null;
  };
  return rest(0, 0);
}

/**
 * The prompt with another alternative in a part. A prompt that is another sentence becomes this one, with the
 * most frequent alternatives in its other parts.
 */
export function withChoice(template: CaptionTemplate, prompt: string, part: number, choice: number): string {
  const said = choicesIn(template, prompt);
  return template
    .map((here, i) =>
      typeof here === 'string' ? here : (here[i === part ? choice : (said?.[i] ?? 0)] ?? ''),
    )
    .filter((text) => text !== '')
    .join(' ');
}
