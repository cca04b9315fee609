// Words of captions as buttons: one stop of the Tab key, arrow keys move between them. Not here: which words
// are offered and what a press does.
import { useRef, useState } from 'preact/hooks';

interface Props {
  words: readonly string[];
  /** Behind a word. */
  note?: (word: string) => string;
  /** The word that is chosen; left out: none ever is. */
  chosen?: string | null;
  onWord: (word: string) => void;
}

/** A toolbar; nothing where there are no words. */
export function WordChips({ words, note, chosen, onWord }: Props) {
  const ref = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState(0);
  const at = Math.min(place, words.length - 1);
  if (words.length === 0) return null;
  const onKey = (event: KeyboardEvent): void => {
    const last = words.length - 1;
    const moves: Record<string, number> = {
      ArrowLeft: Math.max(0, at - 1),
      ArrowRight: Math.min(last, at + 1),
      Home: 0,
      End: last,
    };
    const to = moves[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    setPlace(to);
    ref.current?.querySelectorAll('button')[to]?.focus();
  };
  return (
    <div class="chips" role="toolbar" aria-label="Words of the captions" ref={ref} onKeyDown={onKey}>
      {words.map((word, i) => (
        <button
          key={word}
          class="chip"
          type="button"
          tabIndex={i === at ? 0 : -1}
          aria-pressed={chosen === undefined ? undefined : word === chosen}
          onClick={() => {
            // Where nothing is chosen the press leads away, and the words are others.
            setPlace(chosen === undefined ? 0 : i);
            onWord(word);
          }}
        >
          <bdi>{word}</bdi>
          {note && <small> {note(word)}</small>}
        </button>
      ))}
    </div>
  );
}
