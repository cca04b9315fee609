// A field of the view Generate for a number: label, what was typed, and under it what is wrong with it. Not
// here: prompts (prompt-fields.tsx).
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface Props {
  label: string;
  text: string;
  wrong: string | undefined;
  /** The keyboard that a phone shows. */
  inputMode?: 'numeric' | 'decimal';
  onText: (text: string) => void;
  /** Buttons beside the field. */
  children?: ComponentChildren;
}

/** `wrong` is read out with the field. */
export function TextField({ label, text, wrong, inputMode = 'numeric', onText, children }: Props) {
  const id = useId();
  return (
    <div class="ask">
      <label for={id}>{label}</label>
      <div class="with">
        <input
          id={id}
          class="field"
          type="text"
          inputMode={inputMode}
          autocomplete="off"
          aria-invalid={wrong ? true : undefined}
          aria-describedby={wrong ? `${id}-wrong` : undefined}
          value={text}
          onInput={(event) => onText(event.currentTarget.value)}
        />
        {children}
      </div>
      {wrong && (
        <p class="wrong" id={`${id}-wrong`}>
          {wrong}
        </p>
      )}
    </div>
  );
}
