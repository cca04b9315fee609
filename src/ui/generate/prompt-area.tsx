// A field for a prompt, or for several with one on each line: as high as its text, up to a few lines. Not
// here: words to choose from (word-chips.tsx), what a prompt may be (settings/clean-prompt.ts).
import type { RefObject } from 'preact';
import { useId } from 'preact/hooks';

interface Props {
  label: string;
  text: string;
  /** Lines before anything is typed. */
  rows?: number;
  /** Shown while the field is empty: what that means. */
  placeholder: string;
  wrong?: string | undefined;
  /** Said under the field. */
  note?: string | null;
  fieldRef?: RefObject<HTMLTextAreaElement | null>;
  onText: (text: string) => void;
  /** Where the caret is, after each of its moves. */
  onCaret?: (caret: number) => void;
}

/** `wrong` and `note` are read out with the field. */
export function PromptArea({ label, text, rows = 1, wrong, note = null, onCaret, ...rest }: Props) {
  const id = useId();
  const tell = ({ currentTarget }: { currentTarget: HTMLTextAreaElement }): void =>
    onCaret?.(currentTarget.selectionEnd);
  return (
    <div class="ask">
      <label for={id}>{label}</label>
      <textarea
        id={id}
        ref={rest.fieldRef}
        class="field prompt-area"
        rows={rows}
        dir="auto"
        autocomplete="off"
        placeholder={rest.placeholder}
        aria-invalid={wrong ? true : undefined}
        aria-describedby={`${id}-said`}
        value={text}
        onInput={(event) => {
          rest.onText(event.currentTarget.value);
          tell(event);
        }}
        onSelect={tell}
        onFocus={tell}
        // A caret that moves without selecting anything makes no select event.
        onKeyUp={tell}
        onClick={tell}
      />
      <p class={wrong ? 'wrong' : 'note'} id={`${id}-said`} hidden={!wrong && !note}>
        {wrong ?? note}
      </p>
    </div>
  );
}
