// A number of steps that the user gives: the field, and what its text says. Not here: settings
// (setting-field.tsx).
import { useId } from 'preact/hooks';
import { count } from '../format.ts';

/** The steps that a text says; null where it is no whole number from 1 to `most`. */
export function stepsIn(text: string, most: number): number | null {
  const steps = /^\d+$/.test(text.trim()) ? Number(text) : 0;
  return steps >= 1 && steps <= most ? steps : null;
}

interface Props {
  label: string;
  text: string;
  /** The largest number that may be given. */
  most: number;
  onText: (text: string) => void;
}

/** Label, field and unit in one line; under them what is wrong with the text. */
export function StepsField({ label, text, most, onText }: Props) {
  const id = useId();
  const wrong = stepsIn(text, most) === null;
  return (
    <div class="steps-field">
      <label for={id}>{label}</label>
      <input
        class="field"
        id={id}
        type="text"
        inputMode="numeric"
        autocomplete="off"
        aria-invalid={wrong || undefined}
        aria-describedby={wrong ? `${id}-wrong` : undefined}
        value={text}
        onInput={(event) => onText(event.currentTarget.value)}
      />
      {wrong && (
        <p class="wrong" id={`${id}-wrong`}>
          {most < 1 ? 'No run can be longer than this one.' : `A whole number from 1 to ${count(most)}.`}
        </p>
      )}
    </div>
  );
}
