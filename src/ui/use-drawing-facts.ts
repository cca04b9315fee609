// A component's way to what is known of a checkpoint before it is drawn from. Not here: who knows (the trainer).
import { useEffect, useState } from 'preact/hooks';
import type { CheckpointRecord, DrawingFacts } from '../trainer/api.ts';
import { useApp } from './app-context.ts';
import { keyOf } from './checkpoint-key.ts';

/** Null while it is not known. Asked again whenever something was drawn: denoising calls were measured then. */
export function useDrawingFacts(record: CheckpointRecord | null): DrawingFacts | null {
  const { state, commands } = useApp();
  const [known, setKnown] = useState<{ key: string; facts: DrawingFacts } | null>(null);
  const key = record && keyOf(record);
  const { machine, run, samples, validation, generating } = state;
  const drawn = [samples.value?.complete, validation.value?.complete, generating.value];
  useEffect(() => {
    let current = true;
    if (record && key)
      void commands.drawingFacts(record).then((facts) => current && facts && setKnown({ key, facts }));
    return () => {
      current = false;
    };
  }, [commands, key, machine.value, run.value?.runId, ...drawn]);
  return known?.key === key ? (known?.facts ?? null) : null;
}
