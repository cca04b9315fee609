// Numbers and times as the page writes them, in English style: 24,000; 12.4; 37 min; 99 MiB; 0.7 GB; 2 min
// ago. Not here: numbers that programs read (controls/digits.tsx writes those without separators).

/** Stands where a number is not known. */
export const UNKNOWN = '–';

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 24000 -> "24,000". */
export const count = (value: number): string => grouped.format(value);

/**
 * The whole numbers of four digits and more in a sentence, as `count` writes them; ids, names, addresses,
 * decimals and exponents stay. For what other folders report.
 */
export const separated = (text: string): string =>
  text.replace(/(?<![\w.,:/#-])\d{4,}(?![\w/-]|[.,:]\w)/g, (digits) =>
    digits.length > 15 ? digits : count(Number(digits)),
  );

/** At least two significant digits: 0.42, 12.4, 120. */
export function rate(value: number): string {
  if (value >= 100) return count(value);
  if (value >= 10) return value.toFixed(1);
  return value.toFixed(2);
}

/** 3.96 -> "3.9", 0.024 -> "0.02": a number of things of which the last may be a part; never rounded up. */
export function parts(value: number): string {
  if (value >= 100) return count(Math.floor(value));
  if (value > 0 && value < 0.01) return 'under 0.01';
  const scale = value < 1 ? 100 : 10;
  return String(Math.floor(value * scale) / scale);
}

/** 0.12345 -> "0.1235"; below 0.001 and from 10,000 on with an exponent. */
export function loss(value: number): string {
  if (!Number.isFinite(value)) return 'not finite';
  if (value !== 0 && (Math.abs(value) < 0.001 || Math.abs(value) >= 10_000)) return value.toExponential(2);
  return value.toFixed(4);
}

/** At most three digits, as a person types it into the form: 0.002, 0.000004, 0. */
export const learningRate = (value: number): string => String(Number(value.toPrecision(3)));

/** Steps per second -> "12.4 steps/s"; below 0.1 "14 s/step", "2.5 min/step". */
export const speed = (stepsPerSecond: number): string =>
  stepsPerSecond < 0.1 ? `${duration(1 / stepsPerSecond)}/step` : `${rate(stepsPerSecond)} steps/s`;

/** 24000 -> "24k", 1500000 -> "1.5M": fits under a frame of the time strip. */
export function shortStep(step: number): string {
  if (step < 1000) return String(step);
  const [value, unit] = step < 999_950 ? [step / 1e3, 'k'] : [step / 1e6, 'M'];
  const digits =
    value >= 100 || Number.isInteger(value)
      ? 0
      : Math.abs(value * 10 - Math.round(value * 10)) < 1e-9
        ? 1
        : 2;
  return `${value.toFixed(digits)}${unit}`;
}

/** "1 picture", "24,000 pictures". */
export const pictures = (many: number): string => `${count(many)} ${many === 1 ? 'picture' : 'pictures'}`;

/** A part of 1: 0.0213 -> "2.1 %", 0.34 -> "34 %". `digits`: behind the point at most. */
export const percent = (part: number, digits = part < 0.0995 ? 1 : 0): string =>
  `${Number((100 * part).toFixed(digits))} %`;

/** 6500000 -> "6.5 million". */
export function many(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(1).replace(/\.0$/, '')} million`;
  return count(value);
}

/** Seconds -> "56 s", "1.4 min", "37 min", "10 h", "3 days". */
export function duration(seconds: number): string {
  if (seconds < 1) return 'under 1 s';
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  if (seconds < 59.5 * 60) return `${two(seconds / 60)} min`;
  if (seconds < 47.5 * 3600) return `${two(seconds / 3600)} h`;
  if (seconds < 730 * 86_400) return `${count(Math.round(seconds / 86_400))} days`;
  return `${count(Math.round(seconds / 31_557_600))} years`;
}

/** Seconds as an estimate says them, at most a fifth off: "1.5 min", "5 min", "35 min", "3 h", "6 days". */
export function estimated(seconds: number): string {
  const figure = (value: number) => {
    const step = value < 2.75 ? 0.5 : value < 10 ? 1 : 5;
    const rounded = Math.max(1, Math.round(value / step) * step);
    return step < 1 ? String(rounded) : count(rounded);
  };
  if (seconds < 55) return `${figure(seconds)} s`;
  if (seconds < 55 * 60) return `${figure(seconds / 60)} min`;
  if (seconds < 45 * 3600) return `${figure(seconds / 3600)} h`;
  return `${figure(seconds / 86_400)} days`;
}

/** A duration without decimals, for the narrow frames of the time strip: "56 s", "3 min". */
export function roughly(seconds: number): string {
  if (seconds < 59.5) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 59.5 * 60) return `${Math.round(seconds / 60)} min`;
  return `${count(Math.round(seconds / 3600))} h`;
}

/** One decimal below ten, where it is not 0. */
const two = (value: number): string => (value < 9.95 ? value.toFixed(1).replace(/\.0$/, '') : count(value));

/** Milliseconds since something happened -> "just now", "2 min ago". */
export function age(ms: number): string {
  const seconds = Math.max(0, ms / 1000);
  if (seconds < 45) return 'just now';
  if (seconds < 59.5 * 60) return `${Math.max(1, Math.round(seconds / 60))} min ago`;
  if (seconds < 23.5 * 3600) return `${Math.round(seconds / 3600)} h ago`;
  const days = Math.max(1, Math.round(seconds / 86_400));
  return `${count(days)} ${days === 1 ? 'day' : 'days'} ago`;
}

/** The size of a file in binary units: "99 MiB". */
export function fileSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < 1024 ** 2) return `${two(bytes / 1024)} KiB`;
  if (bytes < 1024 ** 3) return `${two(bytes / 1024 ** 2)} MiB`;
  return `${two(bytes / 1024 ** 3)} GiB`;
}

/** Bytes of storage or memory in decimal units: "12 MB", "1.1 GB". */
export function storage(bytes: number): string {
  if (bytes < 9.995e8) return `${bytes === 0 ? 0 : Math.max(1, Math.round(bytes / 1e6))} MB`;
  return `${bytes < 9.95e9 ? (bytes / 1e9).toFixed(1) : count(bytes / 1e9)} GB`;
}

/** An ISO time -> "14:02" on the day of `now`, else "12 Mar, 14:02", in the reader's time zone. */
export function clock(iso: string, now: Date): string {
  const then = new Date(iso);
  if (Number.isNaN(then.getTime())) return UNKNOWN;
  const time = then.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  if (then.toDateString() === now.toDateString()) return time;
  return `${then.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })}, ${time}`;
}
