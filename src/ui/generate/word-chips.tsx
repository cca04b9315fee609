// Words of the captions as buttons that put them into a prompt: one stop of the Tab key, arrow keys move
// between them. Not here: which words are offered (page-state/insert-word.ts).
import { useRef, useState } from 'preact/hooks';

interface Props {
  words: readonly string[];
  onWord: (word: string) => void;
}

/** A toolbar "Words of the captions"; nothing where there are no words. */
export function WordChips({ words, onWord }: Props) {
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
          onClick={() => {
            setPlace(0);
            onWord(word);
          }}
        >
          <bdi>{word}</bdi>
        </button>
      ))}
    </div>
  );
}
