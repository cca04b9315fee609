// A component's access to the facts about drawing from a checkpoint: sampler steps, sampler, measured times.
// Not here: finding the facts (trainer/samples/generator.ts).
import { useEffect, useState } from 'preact/hooks';
import type { CheckpointRecord, DrawingFacts } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';

/**
 * Undefined until the trainer answers, null where it cannot tell. All checkpoints of a run share one answer.
 * The trainer is asked again whenever pictures were drawn, because denoising calls were measured then.
 */
export function useDrawingFacts(record: CheckpointRecord | null): DrawingFacts | null | undefined {
  const { state, commands } = useApp();
  const [known, setKnown] = useState<{ of: string; facts: DrawingFacts | null } | null>(null);
  const of = record?.runId;
  const { machine, run, samples, validation, generating } = state;
  const drawn = [samples.value?.complete, validation.value?.complete, generating.value];
  useEffect(() => {
    let current = true;
    if (record && of !== undefined) {
      setKnown((before) => (before?.facts ? before : null));
      const tell = (facts: DrawingFacts | null): void =>
        setKnown((before) => (facts === null && before?.of === of ? before : { of, facts }));
      void commands.drawingFacts(record).then((facts) => current && tell(facts));
    }
    return () => {
      current = false;
    };
  }, [commands, of, machine.value, run.value?.runId, ...drawn]);
  return known?.of === of ? known?.facts : undefined;
}
