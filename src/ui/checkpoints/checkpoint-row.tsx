// One checkpoint of the list: what it is, and the actions on it when its row is open. Not here: the list
// (checkpoints.tsx).
import { useId, useState } from 'preact/hooks';
import { type RunConfig, SETTINGS } from '../../settings/settings.ts';
import type { CheckpointRecord, RunSummary } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';
import { age, count, fileSize, loss } from '../format.ts';
import { Icon } from '../controls/icon.tsx';
import { StepsField, stepsIn } from '../controls/steps-field.tsx';
import { ResumeChanges } from './resume-changes.tsx';
import { pressedText, waitsForPressed } from '../page-state/pressed.ts';
import { Thumbnail } from '../pictures/thumbnail.tsx';
import { useNearestSheet } from '../page-state/use-sheet.ts';

interface Props {
  record: CheckpointRecord;
  best: boolean;
  /** False while its run is folded: no picture is read then. */
  shown: boolean;
  open: boolean;
  readOnly: boolean;
  onToggle: (open: boolean) => void;
}

/** `best`: has the lowest loss. `readOnly`: no buttons, another tab trains. `open`: shows the actions. */
export function CheckpointRow({ record, best, shown, open, readOnly, onToggle }: Props) {
  const { commands } = useApp();
  const { sheet, own } = useNearestSheet(shown ? record.globalStep : null, record.runId);
  return (
    <li
      class={open ? 'ck open' : 'ck'}
      data-testid="checkpoint"
      data-name={record.name}
      data-step={record.globalStep}
      data-run={record.runId}
      data-generation={record.generation}
    >
      <Thumbnail class={own ? 'thumb' : 'thumb dim'} sheet={sheet} />
      <About record={record} best={best} />
      {!readOnly && (
        <div class="ck-end">
          <button class="btn s" type="button" onClick={() => commands.exportCheckpoint(record)}>
            Export
          </button>
          <button
            class="btn s square"
            type="button"
            aria-expanded={open}
            aria-label={`More for ${record.name}`}
            onClick={() => onToggle(!open)}
          >
            <Icon name="chevron" />
          </button>
        </div>
      )}
      {open && <Actions record={record} />}
    </li>
  );
}

function About({ record, best }: { record: CheckpointRecord; best: boolean }) {
  const { looking } = useApp();
  return (
    <div>
      <p class="ck-name">
        <b>{record.name}</b>
      </p>
      <p class="meta">
        step {count(record.globalStep)}
        {record.meanLoss !== null && ` · loss ${loss(record.meanLoss)}`}
      </p>
      <p class="meta">
        {fileSize(record.sizeBytes)} · {age(looking.now.value - Date.parse(record.created))}{' '}
        {best && <span class="tag">Lowest loss</span>}{' '}
        {record.autosave && !record.kept && (
          <span class="tag" title="It makes room for the next save, unless you keep it.">
            Autosave
          </span>
        )}
        {record.kept && (
          <span class="tag" role="img" aria-label="kept">
            <Icon name="pin" small />
          </span>
        )}
      </p>
    </div>
  );
}

/**
 * Whether its run ends at this checkpoint, so that a run from here needs another end. Of another run only the
 * checkpoint's name is known; a final checkpoint may be of a run that was prolonged since.
 */
const isAtEnd = ({ runId, name, globalStep }: CheckpointRecord, run: RunSummary | null): boolean =>
  run?.runId === runId ? globalStep >= run.lastStep : name === 'unet_final';

function Actions({ record }: { record: CheckpointRecord }) {
  const { state, commands } = useApp();
  const [changes, setChanges] = useState<Partial<RunConfig>>({});
  const [more, setMore] = useState<string | null>(null);
  const about = useId();
  const pressed = state.pressed.value;
  const opens = pressed?.ref?.runId === record.runId && pressed.ref.generation === record.generation;
  const canResume =
    !waitsForPressed(state) && state.runState.value !== 'unavailable' && state.runState.value !== 'starting';
  const most = SETTINGS.maxSteps.max - record.globalStep;
  const asksSteps = isAtEnd(record, state.run.value);
  const moreSteps = asksSteps ? stepsIn(more ?? String(Math.min(record.globalStep, most)), most) : null;
  return (
    <div class="acts">
      {asksSteps && (
        <StepsField
          label="More steps from here"
          text={more ?? String(Math.min(record.globalStep, most))}
          most={most}
          onText={setMore}
        />
      )}
      <button
        class="btn s"
        type="button"
        aria-describedby={about}
        disabled={!canResume || (asksSteps && moreSteps === null)}
        onClick={() => commands.resumeFrom(record, changes, moreSteps)}
      >
        <Icon name="rewind" />
        {opens ? pressedText(state) : 'Resume from here'}
      </button>
      <button
        class="btn s"
        type="button"
        aria-pressed={record.kept}
        title="Never deleted to make room"
        onClick={() => commands.keepCheckpoint(record, !record.kept)}
      >
        <Icon name="pin" />
        Keep
      </button>
      <button class="btn s danger" type="button" onClick={() => commands.deleteCheckpoint(record)}>
        <Icon name="trash" />
        Delete
      </button>
      <p class="note" id={about}>
        Resume from here starts a new run with this checkpoint. Its own run stays as it is.
      </p>
      <ResumeChanges record={record} endAsked={asksSteps} changes={changes} onChanges={setChanges} />
    </div>
  );
}
