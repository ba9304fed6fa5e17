import os from 'node:os';

/** The value below which `share` of the numbers lie. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const index = Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1));
  return sorted[index] ?? Number.NaN;
}

/** Lower quartile: on a shared machine noise only ever adds. */
export function lowerQuartile(numbers: readonly number[]): number {
  return quantile(numbers, 0.25);
}

export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}

/** The middle half, as `a to b`. */
export function spread(numbers: readonly number[]): string {
  return `${fixed(quantile(numbers, 0.25))} to ${fixed(quantile(numbers, 0.75))}`;
}

export function fixed(number: number): string {
  return Math.abs(number) >= 100 ? number.toFixed(0) : number.toFixed(2);
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Seconds from `since` (in ms, as `at`) to the first whole second of which 99% succeeded. */
export function secondsUntilWell(replies: readonly { at: number; status: number }[], since: number): number {
  for (let step = 0; step < 1_000; step += 1) {
    const from = since + step * 100;
    const within = replies.filter(({ at }) => at >= from && at < from + 1_000);
    if (within.length === 0) return Number.POSITIVE_INFINITY;
    const well = within.filter(({ status }) => status === 200).length;
    if (well / within.length >= 0.99) return step / 10;
  }
  return Number.POSITIVE_INFINITY;
}

/** How a page of figures begins: by what it was written, when, and on which machine. */
export function writtenBy(command: string): string {
  const load = os.loadavg()[1]?.toFixed(1);
  return (
    `Written by \`${command}\` on ${new Date().toISOString().slice(0, 10)}, with Node.js ${process.versions.node} and\n` +
    `${os.availableParallelism()} cores, whose load was ${load}.`
  );
}
