// A component's access to what a checkpoint's model leaves out of prompts, by its own tokenizer. Not here:
// the answer (text/unread.ts), the sentence made of it (page-state/words-form.ts).
import { useEffect, useState } from 'preact/hooks';
import type { CheckpointRecord } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';

const NONE: readonly string[] = [];

/** Of each prompt the words that are not read; empty until the trainer answers for just these prompts. */
export function useUnread(record: CheckpointRecord | null, prompts: readonly string[]): readonly string[] {
  const { commands } = useApp();
  const [known, setKnown] = useState<{ asked: string; unread: readonly string[] } | null>(null);
  const asked = JSON.stringify([record?.runId ?? null, prompts]);
  useEffect(() => {
    let current = true;
    if (record)
      void commands
        .unread(record, prompts)
        .then((unread) => current && unread && setKnown({ asked, unread }));
    return () => {
      current = false;
    };
  }, [commands, asked]);
  return known?.asked === asked ? known.unread : NONE;
}
