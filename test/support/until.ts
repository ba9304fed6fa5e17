import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 10;
/** The end of a test's patience, not a measure; below its time-out, so that nothing looks on after its end. */
const PATIENCE_MS = 50_000;

/** Waits until it holds. The one place where a test waits for anything but an event. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const endsAt = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > endsAt) throw new Error(`it never came to hold: ${String(holds)}`);
    await sleep(LOOK_EVERY_MS);
  }
}
