// A run in the list of checkpoints: its name, rename, delete, and its checkpoints unless it is folded. Not
// here: the list (checkpoints.tsx), one checkpoint (checkpoint-row.tsx).
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { runName } from '../../app/run-names.ts';
import type { CheckpointRecord } from '../../trainer/api.ts';
import { Icon } from '../controls/icon.tsx';
import { count, storage } from '../format.ts';
import { useApp } from '../page-state/app-context.ts';
import { waitsForPressed } from '../page-state/pressed.ts';
import { RunNameField } from './run-name.tsx';

interface Props {
  runId: string;
  records: readonly CheckpointRecord[];
  open: boolean;
  readOnly: boolean;
  onToggle: (open: boolean) => void;
  /** Rows of the list. */
  children: ComponentChildren;
}

/** `readOnly`: no buttons that change anything, because another tab trains. */
export function RunGroup({ runId, records, open, readOnly, onToggle, children }: Props) {
  const { state } = useApp();
  const id = useId();
  const name = runName(state.runs.value, runId);
  const bytes = records.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return (
    <li class="run-group" data-testid="run" data-run={runId}>
      <div class="run-head">
        <Head runId={runId} name={name} readOnly={readOnly}>
          <h3>
            <button
              class="run-fold"
              type="button"
              aria-expanded={open}
              aria-controls={id}
              onClick={() => onToggle(!open)}
            >
              <Icon name="chevron" />
              <bdi>{name}</bdi>
            </button>
          </h3>
        </Head>
        <p class="meta">
          {count(records.length)} {records.length === 1 ? 'checkpoint' : 'checkpoints'} · {storage(bytes)}
        </p>
      </div>
      <ul id={id} aria-label={name} hidden={!open}>
        {children}
      </ul>
    </li>
  );
}

interface HeadProps {
  runId: string;
  name: string;
  readOnly: boolean;
  /** The heading, in whose place the name is edited. */
  children: ComponentChildren;
}

function Head({ runId, name, readOnly, children }: HeadProps) {
  const { state, commands } = useApp();
  const [editing, setEditing] = useState(false);
  const rename = useRef<HTMLButtonElement>(null);
  const edited = useRef(false);
  // The field had the focus and is gone; where the user has gone on elsewhere, the focus stays there.
  useLayoutEffect(() => {
    if (edited.current && !editing && document.activeElement === document.body) rename.current?.focus();
    edited.current = editing;
  }, [editing]);
  if (editing) return <RunNameField runId={runId} name={name} onEnd={() => setEditing(false)} />;
  return (
    <>
      {children}
      {!readOnly && (
        <div class="ck-end">
          <button
            ref={rename}
            class="btn s square"
            type="button"
            aria-label={`Rename ${name}`}
            title="Rename"
            onClick={() => setEditing(true)}
          >
            <Icon name="pencil" />
          </button>
          <button
            class="btn s square danger"
            type="button"
            aria-label={`Delete the run ${name}`}
            title="Delete the run"
            disabled={waitsForPressed(state) || state.runState.value === 'starting'}
            onClick={() => commands.deleteRun(runId)}
          >
            <Icon name="trash" />
          </button>
        </div>
      )}
    </>
  );
}
