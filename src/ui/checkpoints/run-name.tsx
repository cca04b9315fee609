// A run's name in the list, edited in place. Not here: what a name may be (settings/run-name.ts).
import { useEffect, useRef, useState } from 'preact/hooks';
import { LONGEST_NAME } from '../../settings/run-name.ts';
import { useApp } from '../page-state/app-context.ts';

interface Props {
  runId: string;
  name: string;
  /** The field is closed; the name is changed, or as it was. */
  onEnd: () => void;
}

/** The field in place of the name: Enter or leaving it renames the run, Escape does not. */
export function RunNameField({ runId, name, onEnd }: Props) {
  const { commands } = useApp();
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(name);
  const ended = useRef(false);
  useEffect(() => field.current?.select(), []);
  const end = (renames: boolean): void => {
    if (ended.current) return; // closing the field also takes its focus
    ended.current = true;
    if (renames && text.trim() !== name) commands.renameRun(runId, text);
    onEnd();
  };
  return (
    <form
      class="run-name"
      onSubmit={(event) => {
        event.preventDefault();
        end(true);
      }}
    >
      <input
        ref={field}
        class="field"
        type="text"
        dir="auto"
        autocomplete="off"
        aria-label={`Name of the run ${name}`}
        maxLength={LONGEST_NAME}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onBlur={() => end(true)}
        onKeyDown={(event) => event.key === 'Escape' && end(false)}
      />
    </form>
  );
}
