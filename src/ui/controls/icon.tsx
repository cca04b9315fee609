// The page's icons, 24 x 24, drawn with the text's colour. Not here: the app's icon (public/).
import type { JSX } from 'preact';

const SHAPES = {
  mark: (
    <path d="M12 21v-9M12 12c0-4.4 3-7.5 8-7.5 0 5-3.6 7.5-8 7.5ZM12 15.5c0-3.3-2.4-5.5-6.5-5.5 0 3.8 2.7 5.5 6.5 5.5Z" />
  ),
  play: <path d="M7 4.5v15l12-7.5z" fill="currentColor" />,
  pause: <path d="M8.5 5v14M15.5 5v14" stroke-width="3" />,
  save: <path d="M12 3v10M8 9.5l4 4 4-4M4 15v3.5A2.5 2.5 0 0 0 6.5 21h11a2.5 2.5 0 0 0 2.5-2.5V15" />,
  export: <path d="M12 15V4M8 7.5l4-4 4 4M4 14v4.5A2.5 2.5 0 0 0 6.5 21h11a2.5 2.5 0 0 0 2.5-2.5V14" />,
  import: (
    <path d="M8 8V5a1.500 1.500 0 0 1 1.500-1.500H15L19.500 8v11a1.500 1.500 0 0 1-1.500 1.500H9.500A1.500 1.500 0 0 1 8 19v-3M15 3.500V8h4.500M3 12h10M9.500 8.500 13 12l-3.500 3.500" />
  ),
  pictures: (
    <>
      <rect x="3.5" y="4.5" width="17" height="15" rx="2" />
      <path d="m4 17 5-5.500 4 4.500 2.500-2.500 4.500 4.500M15.500 8.800v.1" />
    </>
  ),
  disk: <path d="M5 4h11l4 4v12H4V5a1 1 0 0 1 1-1ZM8 4v5h7V4M8 20v-6.500h8V20" />,
  pin: <path d="M12 16v5.5M6 16h12M8.5 3h7l-.7 7.5L18 16H6l3.2-5.5z" />,
  trash: <path d="M4 6.5h16M9.5 6.5V4h5v2.5M6.5 6.5l.8 13.5h9.4l.8-13.5" />,
  pencil: <path d="M4.5 19.5 5.500 15 16 4.500l3.500 3.500L9 18.500Z" />,
  plus: <path d="M12 5v14M5 12h14" />,
  rewind: <path d="M4 4.5V10h5.5M4.6 15.5A8 8 0 1 0 5.8 7.2L4 10" />,
  chevron: <path d="m7 10 5 5 5-5" />,
  check: <path d="m5 12.5 4.5 4.500L19 7.500" />,
  minus: <path d="M6 12h12" />,
  close: <path d="m6.5 6.5 11 11M17.5 6.5l-11 11" />,
  theme: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M12 3.5v17a8.5 8.5 0 0 0 0-17Z" fill="currentColor" stroke="none" />
    </>
  ),
  help: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M9.5 9.5a2.5 2.5 0 1 1 3.6 2.3c-.8.4-1.1.9-1.1 1.7M12 16.6v.1" />
    </>
  ),
  alert: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M12 7.5v5.5M12 16.2v.1" />
    </>
  ),
  dice: (
    <>
      <rect x="4" y="4" width="16" height="16" rx="3" />
      <path d="M8.5 8.5v.1M15.5 8.5v.1M12 12v.1M8.5 15.5v.1M15.5 15.5v.1" stroke-width="2.5" />
    </>
  ),
  locked: (
    <>
      <rect x="5" y="10.5" width="14" height="9.5" rx="2" />
      <path d="M8 10.500V8a4 4 0 0 1 8 0v2.500" />
    </>
  ),
  unlocked: (
    <>
      <rect x="5" y="10.5" width="14" height="9.5" rx="2" />
      <path d="M8 10.500V7a4 4 0 0 1 7.700-1.500" />
    </>
  ),
  install: <path d="M3.5 5h7M20.5 12.500V16H3.500V5M9 20h6M12 16v4M16.500 3v7.500M13.500 7.500l3 3 3-3" />,
  sync: (
    <path d="M4.5 12a7.5 7.5 0 0 1 13-5l2 2.2M19.5 4.500v4.700h-4.700M19.5 12a7.5 7.5 0 0 1-13 5l-2-2.200M4.5 19.500v-4.700h4.7" />
  ),
} satisfies Record<string, JSX.Element>;

export type IconName = keyof typeof SHAPES;

/** Decoration, hidden from screen readers: a name stands beside the icon, or on its button. */
export function Icon({ name, small = false }: { name: IconName; small?: boolean }) {
  return (
    <svg class={small ? 'i s' : 'i'} viewBox="0 0 24 24" aria-hidden="true">
      {SHAPES[name]}
    </svg>
  );
}
