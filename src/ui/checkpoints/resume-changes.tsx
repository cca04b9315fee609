// Settings that may be changed when a checkpoint is resumed as a new run, and the PNGs stored with the
// checkpoint. Not here: resuming (checkpoint-row.tsx).
import type { RunConfig, Settings } from '../../settings/settings.ts';
import type { CheckpointRecord } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';
import { SettingField } from '../controls/setting-field.tsx';

const CHANGEABLE = [
  'learningRate',
  'epochs',
  'maxSteps',
  'checkpointEverySteps',
  'checkpointEveryMinutes',
  'sampleEverySteps',
  'gradientCheckpointing',
] as const satisfies readonly (keyof Settings)[];

/** Settings that say where a run ends. */
const END: readonly (keyof Settings)[] = ['epochs', 'maxSteps'];

interface Props {
  record: CheckpointRecord;
  /** The row asks for the new run's end by itself. */
  endAsked: boolean;
  changes: Partial<RunConfig>;
  onChanges: (changes: Partial<RunConfig>) => void;
}

/** Two folded parts of an open row; only for checkpoints of the current run. */
export function ResumeChanges({ record, endAsked, changes, onChanges }: Props) {
  const { state, commands } = useApp();
  const run = state.run.value;
  const ofThisRun = run !== null && run.runId === record.runId;
  if (!ofThisRun) return null;
  const number = Object.keys(changes).length;
  return (
    <>
      <details class="fold">
        <summary>
          Go on with other settings <small>{number > 0 && `${number} changed`}</small>
        </summary>
        <div class="settings">
          {CHANGEABLE.filter((name) => !(endAsked && END.includes(name))).map((name) => (
            <SettingField
              key={name}
              name={name}
              value={changes[name] ?? run.config[name]}
              changed={changes[name] !== undefined}
              onValue={(value) => onChanges(withChange(run.config, changes, name, value))}
            />
          ))}
          <p class="note">The new run of Resume from here has these settings.</p>
        </div>
      </details>
      <details class="fold">
        <summary>Download pictures</summary>
        <div class="buttons downloads">
          <PngButton name="Samples PNG" onPress={() => commands.downloadPng('samples', record.globalStep)} />
          <PngButton
            name="Loss PNG"
            onPress={() => commands.downloadPng('training_loss', record.globalStep)}
          />
          <PngButton
            name="Validation PNG"
            onPress={() => commands.downloadPng('checkpoint_validation', record.globalStep)}
          />
        </div>
      </details>
    </>
  );
}

function withChange(
  own: RunConfig,
  changes: Partial<RunConfig>,
  name: keyof Settings,
  value: Settings[keyof Settings],
): Partial<RunConfig> {
  const { [name]: _, ...others } = changes;
  return value === own[name] ? others : { ...others, [name]: value };
}

function PngButton({ name, onPress }: { name: string; onPress: () => void }) {
  return (
    <button class="btn s" type="button" onClick={onPress}>
      {name}
    </button>
  );
}
