// The export dialog: as what to export a checkpoint (to resume, for diffusers, for PyTorch, weights alone),
// or its pictures. Not here: making the file (trainer/export/).
import { useId, useState } from 'preact/hooks';
import { runName } from '../../app/run-names.ts';
import { weightsBytes } from '../../settings/checkpoint-sizes.ts';
import type { CheckpointRecord, ExportKind } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';
import { Dialog } from '../controls/dialog.tsx';
import { count, fileSize } from '../format.ts';
import { Segments } from '../controls/segments.tsx';

interface Choice {
  kind: ExportKind;
  title: string;
  text: string;
  /** The user also chooses between EMA and raw weights. */
  asksWeights: boolean;
  bytes: (record: CheckpointRecord) => number | null;
}

const CHOICES: readonly Choice[] = [
  {
    kind: 'checkpoint',
    title: 'Checkpoint to resume',
    text: 'Everything, for this app in any browser and for continue_training.py. A .safetensors file.',
    asksWeights: false,
    bytes: ({ sizeBytes }) => sizeBytes,
  },
  {
    kind: 'diffusers',
    title: 'diffusers folder',
    text: 'A zip that from_pretrained opens once it is unpacked; of a model with words also its text encoder, tokenizer and pipeline.',
    asksWeights: true,
    bytes: weightsBytes,
  },
  {
    kind: 'torch',
    title: 'PyTorch .pt',
    text: 'Weights, text encoder where there is one, AdamW state, step and losses, for torch.load.',
    asksWeights: false,
    bytes: ({ sizeBytes }) => sizeBytes,
  },
  {
    kind: 'weights',
    title: 'Weights only',
    text: 'One .safetensors file of the network by diffusers’ names, without a text encoder.',
    asksWeights: true,
    bytes: weightsBytes,
  },
  {
    kind: 'pictures',
    title: 'Its pictures',
    text: 'A zip of PNG files, as the model sees them, with their captions, to go on training elsewhere.',
    asksWeights: false,
    bytes: () => null,
  },
];

/** Shown while a checkpoint is chosen for export (`state.exporting`). */
export function ExportDialog() {
  const { state } = useApp();
  const record = state.exporting.value;
  return record && <Asking key={`${record.runId}/${record.generation}`} record={record} />;
}

function Asking({ record }: { record: CheckpointRecord }) {
  const { state, commands } = useApp();
  const [kind, setKind] = useState<ExportKind>('checkpoint');
  const [weights, setWeights] = useState<'ema' | 'raw'>('ema');
  const asksWeights = CHOICES.some((choice) => choice.kind === kind && choice.asksWeights);
  return (
    <Dialog title={`Export ${record.name}`} onClose={() => commands.dismissExport()}>
      <p class="quiet">
        Step {count(record.globalStep)}, epoch {count(record.epoch)}, of the run{' '}
        <bdi>{runName(state.runs.value, record.runId)}</bdi>
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          commands.confirmExport(kind, weights);
        }}
      >
        <div class="choices" role="radiogroup" aria-label="Export as">
          {CHOICES.map((choice) => (
            <ChoiceRow
              key={choice.kind}
              {...{ choice, record }}
              chosen={choice.kind === kind}
              onChoose={() => setKind(choice.kind)}
            />
          ))}
        </div>
        <div class="which" hidden={!asksWeights}>
          <Segments
            label="Weights"
            chosen={weights}
            choices={[
              ['ema', 'EMA weights'],
              ['raw', 'Raw weights'],
            ]}
            onChoose={setWeights}
          />
        </div>
        <div class="answers">
          <button class="btn" type="button" onClick={() => commands.dismissExport()}>
            Cancel
          </button>
          <button class="btn primary" type="submit">
            Export
          </button>
        </div>
      </form>
    </Dialog>
  );
}

interface RowProps {
  choice: Choice;
  record: CheckpointRecord;
  chosen: boolean;
  onChoose: () => void;
}

function ChoiceRow({ choice, record, chosen, onChoose }: RowProps) {
  const id = useId();
  const bytes = choice.bytes(record);
  return (
    <label class={chosen ? 'choice on' : 'choice'}>
      <input
        type="radio"
        name="export-as"
        checked={chosen}
        aria-labelledby={`${id}-title`}
        aria-describedby={`${id}-text`}
        onChange={onChoose}
      />
      <b id={`${id}-title`}>{choice.title}</b>
      <small class="bytes">
        {bytes !== null && `${choice.kind === 'checkpoint' ? '' : 'about '}${fileSize(bytes)}`}
      </small>
      <small id={`${id}-text`}>{choice.text}</small>
    </label>
  );
}
