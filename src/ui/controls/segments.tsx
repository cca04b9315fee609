// A few choices in a row, one of them chosen: radio buttons that look like a switch. Not here: what a choice
// does.
import { useId } from 'preact/hooks';

interface Props<T extends string> {
  label: string;
  chosen: T;
  /** [value, text, what it means: shown under the pointer]. */
  choices: readonly (readonly [T, string, string?])[];
  /** Choices that cannot be made now. */
  disabled?: readonly T[];
  class?: string;
  /** Id of words about the choice. */
  describedBy?: string;
  onChoose: (choice: T) => void;
}

/** `label` names the group for screen readers. */
export function Segments<T extends string>({
  label,
  chosen,
  choices,
  disabled = [],
  describedBy,
  onChoose,
  ...rest
}: Props<T>) {
  const name = useId();
  return (
    <div
      class={`seg ${rest.class ?? ''}`}
      role="radiogroup"
      aria-label={label}
      aria-describedby={describedBy}
    >
      {choices.map(([value, text, title]) => (
        <label key={value} title={title}>
          <input
            type="radio"
            name={name}
            checked={value === chosen}
            disabled={disabled.includes(value)}
            onChange={() => onChoose(value)}
          />
          {text}
        </label>
      ))}
    </div>
  );
}
