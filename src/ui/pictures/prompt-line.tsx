// The prompt under a small picture: at most two lines, the rest under the pointer. Not here: the accessible
// name, which says the prompt in full (page-state/prompt-text.ts).
import { promptText } from '../page-state/prompt-text.ts';

/** Nothing for null. Hidden from screen readers: the picture's own name has the prompt. */
export function PromptLine({ prompt }: { prompt: string | null | undefined }) {
  if (prompt === null || prompt === undefined) return null;
  const text = promptText(prompt);
  return (
    <p class={prompt === text ? 'prompt' : 'prompt none'} dir="auto" title={text} aria-hidden="true">
      {text}
    </p>
  );
}
