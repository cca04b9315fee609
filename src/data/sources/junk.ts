// Names of files that people do not know they have: what systems put beside their files. Not here: files that
// turn out to be no pictures (decode.ts).

/**
 * Whether a path is of a file that systems put beside people's files: names starting with a dot (`._x` of
 * macOS, .DS_Store), __MACOSX, Thumbs.db, desktop.ini.
 */
export const isSystemFile = (path: string): boolean =>
  path.split('/').some((part) => part.startsWith('.') || /^(__MACOSX|Thumbs\.db|desktop\.ini)$/i.test(part));
