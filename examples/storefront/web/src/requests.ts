import { useEffect, useState } from 'react';
import type { Entry } from '../../shapes.js';

const KEPT = 8;

/** The router's requests as the server tells of them, the latest first. */
export function useRequests(run: string | undefined): Entry[] {
  const [entries, setEntries] = useState<Entry[]>([]);
  useEffect(() => {
    if (run === undefined) return;
    const stream = new EventSource('/demo/events');
    stream.onmessage = ({ data }) => {
      const entry: Entry = JSON.parse(data);
      setEntries((before) => [entry, ...before.filter(({ id }) => id !== entry.id)].slice(0, KEPT));
    };
    // The server was started again meanwhile, maybe with another page.
    stream.addEventListener('run', ({ data }) => {
      if (data !== run) location.reload();
    });
    return () => stream.close();
  }, [run]);
  return entries;
}
