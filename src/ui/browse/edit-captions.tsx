// One edit of the captions of all pictures that are shown: it says how many pictures change before it does
// anything. Not here: the captions of one picture (captions-field.tsx), Undo (changed.tsx).
import { useEffect, useId, useState } from 'preact/hooks';
import type { CaptionEdit } from '../../trainer/api.ts';
import { ChoiceField } from '../controls/choice-field.tsx';
import { count, pictures } from '../format.ts';
import { useApp } from '../page-state/app-context.ts';

type Kind = Exclude<CaptionEdit['kind'], 'set'>;

const KINDS: readonly (readonly [Kind, string])[] = [
  ['add-word', 'Add a word'],
  ['remove-word', 'Remove a word'],
  ['replace-word', 'Replace a word'],
  ['prefix', 'Begin each caption with'],
  ['suffix', 'End each caption with'],
];

/** The edit that the fields say; null: something is missing. */
function editOf(kind: Kind, text: string, by: string): CaptionEdit | null {
  const word = text.trim();
  if (word === '') return null;
  switch (kind) {
    case 'add-word':
    case 'remove-word':
      return { kind, word };
    case 'replace-word':
      return by.trim() === '' || by.trim() === word ? null : { kind, word, by: by.trim() };
    case 'prefix':
    case 'suffix':
      return { kind, text: word };
  }
}

/** Of the user's own sets. A word that is looked for is the one that is removed or replaced. */
export function EditCaptions() {
  const { state, commands, browsing } = useApp();
  const [kind, setKind] = useState<Kind>('add-word');
  const [typed, setTyped] = useState<string | null>(null);
  const [by, setBy] = useState('');
  const found = state.browsed.value?.found ?? null;
  const looked = kind === 'remove-word' || kind === 'replace-word' ? browsing.word.value : null;
  const text = typed ?? looked ?? '';
  const edit = editOf(kind, text, by);
  const changes = useAffected(edit);
  const change = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!edit || !found || !changes) return;
    await commands.editCaptions(found.indices, edit);
    setTyped(null);
    setBy('');
  };
  return (
    <section aria-labelledby="h-edit">
      <div class="head">
        <h2 id="h-edit">Change the captions</h2>
        <p class="quiet">of all pictures shown</p>
      </div>
      <form class="asking" onSubmit={(event) => void change(event)}>
        <ChoiceField label="What to do" chosen={kind} choices={KINDS} onChoose={setKind} />
        <Text
          label={kind === 'prefix' || kind === 'suffix' ? 'Text' : 'Word'}
          text={text}
          onText={setTyped}
        />
        {kind === 'replace-word' && <Text label="By" text={by} onText={setBy} />}
        <p class="note" role="status" aria-label="What changes">
          {edit && found && said(changes, found.indices.length)}
        </p>
        <button class="btn" type="submit" disabled={!edit || !changes}>
          {changes ? `Change ${pictures(changes)}` : 'Change'}
        </button>
      </form>
    </section>
  );
}

const said = (changes: number | null, shown: number): string =>
  changes === null
    ? 'Counting what changes.'
    : `${changes === 0 ? 'None' : count(changes)} of the ${pictures(shown)} shown would change.`;

const TYPING_MS = 250;

/** How many pictures an edit changes; null until it is known. */
function useAffected(edit: CaptionEdit | null): number | null {
  const { state, commands } = useApp();
  const [known, setKnown] = useState<{ of: string; found: unknown; changes: number | null } | null>(null);
  const { found, query, doing } = state.browsed.value ?? { found: null, query: null, doing: null };
  const isLooking = doing === 'looking';
  const of = JSON.stringify([edit, query, state.browsed.value?.revision]);
  useEffect(() => {
    if (!edit || isLooking) return;
    let current = true;
    const timer = setTimeout(() => {
      void commands.affected(edit).then((changes) => current && setKnown({ of, found, changes }));
    }, TYPING_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [commands, of, found, isLooking]);
  return !isLooking && known?.of === of && known.found === found ? known.changes : null;
}

function Text({ label, text, onText }: { label: string; text: string; onText: (text: string) => void }) {
  const id = useId();
  return (
    <div class="ask">
      <label for={id}>{label}</label>
      <input
        class="field"
        id={id}
        type="text"
        dir="auto"
        maxLength={400}
        autocomplete="off"
        value={text}
        onInput={(event) => onText(event.currentTarget.value)}
      />
    </div>
  );
}
