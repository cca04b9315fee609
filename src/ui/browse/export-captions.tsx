// Taking the captions out as files. Not here: making them (data/), the pictures, which are exported with a
// checkpoint.
import { useState } from 'preact/hooks';
import type { DatasetInfo } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';

const FORMS = [
  ['metadata.jsonl', 'metadata.jsonl', 'One line for each picture, as Hugging Face’s imagefolder has them'],
  ['txt', 'Text files', 'A zip with a text file for each picture, as kohya and others have them'],
] as const;

/** Nothing for a set without captions. */
export function ExportCaptions({ info }: { info: DatasetInfo }) {
  const { commands } = useApp();
  const [making, setMaking] = useState<string | null>(null);
  if (!info.captions) return null;
  const make = async (form: 'metadata.jsonl' | 'txt'): Promise<void> => {
    if (making !== null) return;
    setMaking(form);
    await commands.exportCaptions(form);
    setMaking(null);
  };
  return (
    <section aria-labelledby="h-export">
      <div class="head">
        <h2 id="h-export">Export the captions</h2>
      </div>
      <div class="buttons">
        {FORMS.map(([form, name, title]) => (
          <button key={form} class="btn" type="button" title={title} onClick={() => void make(form)}>
            {making === form ? 'Making the file' : name}
          </button>
        ))}
      </div>
      <p class="note">With the captions as you have changed them.</p>
    </section>
  );
}
