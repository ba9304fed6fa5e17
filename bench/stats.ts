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
