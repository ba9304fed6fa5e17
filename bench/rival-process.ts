import { Session } from 'node:inspector/promises';
import { serveCalls } from './processes.js';
import { type RivalStart, rivals } from './rivals.js';

export interface StartCall extends RivalStart {
  rival: string;
  /** With one OpenTelemetry instrumentation, of `http`. */
  traced?: boolean;
}

/** Where the time of a profile went: functions by their own time. */
export type ProfileEntry = readonly [name: string, share: number];

// tsx turns source maps on, which makes every stack trace many times dearer; stripe-node takes one per call.
process.setSourceMapsEnabled(false);

let profiler: Session | undefined;

serveCalls({
  start({ rival, ...start }: StartCall) {
    const begin = rivals[rival];
    if (!begin) throw new Error(`no rival "${rival}"`);
    return begin(start);
  },
  /** User and system time so far, in µs. */
  cpu() {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  version: () => process.versions.node,
  rss: () => process.memoryUsage.rss(),
  async startProfile() {
    profiler = new Session();
    profiler.connect();
    await profiler.post('Profiler.enable');
    await profiler.post('Profiler.start');
  },
  async stopProfile(): Promise<ProfileEntry[]> {
    const { profile } = (await profiler?.post('Profiler.stop')) ?? {};
    return profile ? topEntries(profile) : [];
  },
});

interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples?: number[] | undefined;
}

function topEntries({ nodes, samples = [] }: Profile): ProfileEntry[] {
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const file = url.replace(/^.*\/(?:node_modules|dist)\//, '').replace(/^file:\/\//, '');
      return [id, `${functionName || '(anonymous)'} ${file && `${file}:${lineNumber + 1}`}`.trim()] as const;
    }),
  );
  const counts = new Map<string, number>();
  for (const id of samples) {
    const name = names.get(id) ?? '?';
    if (name !== '(idle)') counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, 20)
    .map(([name, count]) => [name, count / total] as const);
}
