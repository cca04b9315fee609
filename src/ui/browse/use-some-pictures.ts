// A few pictures of a set with their notes, shown alone or side by side. Not here: the grid, which asks for
// many as they come into view (by-index.ts).
import { useEffect, useState } from 'preact/hooks';
import type { DatasetInfo, PictureNote, Preview } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';
import { seenSize } from '../page-state/browsing.ts';
import type { Picture } from '../pictures/picture-canvas.tsx';

interface Known {
  picture: Picture | null;
  note: PictureNote | null;
}

interface Answer {
  /** What it answers. */
  of: string;
  indices: readonly number[];
  preview: Preview | null;
  notes: readonly PictureNote[] | null;
}

/**
 * What is known of each by its number. Pictures have the pixels that the model sees, or those that are stored
 * where the user wants these. Notes are asked for anew after each change of the set.
 */
export function useSomePictures(info: DatasetInfo, indices: readonly number[]): (index: number) => Known {
  const { state, commands, browsing } = useApp();
  const [answer, setAnswer] = useState<Answer | null>(null);
  const edge = browsing.asStored.value ? info.storedSize : seenSize(state, info);
  const revision = state.browsed.value?.revision ?? 0;
  const of = `${info.id} ${edge} ${revision} ${indices.join()}`;
  useEffect(() => {
    if (indices.length === 0) return;
    let current = true;
    const ask = async (): Promise<void> => {
      const [preview, notes] = await Promise.all([
        commands.tiles(info.id, Uint32Array.from(indices), edge),
        commands.notes(info.id, Uint32Array.from(indices)),
      ]);
      if (current) setAnswer({ of, indices, preview, notes });
    };
    void ask();
    return () => {
      current = false;
    };
  }, [commands, of]);
  return (index) => {
    const at = answer?.indices.indexOf(index) ?? -1;
    if (!answer || at < 0) return { picture: null, note: null };
    const { preview, notes } = answer;
    return { picture: preview && { preview, index: at }, note: notes?.[at] ?? null };
  };
}
