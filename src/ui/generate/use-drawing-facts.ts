// A component's access to the facts about drawing from a checkpoint: sampler steps, sampler, measured times.
// Not here: finding the facts (trainer/samples/generator.ts).
import { useEffect, useState } from 'preact/hooks';
import type { CheckpointRecord, DrawingFacts } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';

/**
 * Null until the trainer answers. All checkpoints of a run share one answer. The trainer is asked again
 * whenever pictures were drawn, because denoising calls were measured then.
 */
export function useDrawingFacts(record: CheckpointRecord | null): DrawingFacts | null {
  const { state, commands } = useApp();
  const [known, setKnown] = useState<{ of: string; facts: DrawingFacts } | null>(null);
  const of = record?.runId;
  const { machine, run, samples, validation, generating } = state;
  const drawn = [samples.value?.complete, validation.value?.complete, generating.value];
  useEffect(() => {
    let current = true;
    if (record && of !== undefined)
      void commands.drawingFacts(record).then((facts) => current && facts && setKnown({ of, facts }));
    return () => {
      current = false;
    };
  }, [commands, of, machine.value, run.value?.runId, ...drawn]);
  return known?.of === of ? (known?.facts ?? null) : null;
}
