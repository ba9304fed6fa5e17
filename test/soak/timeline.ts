import { quantile } from '../../bench/stats.js';
import type { OutageResult, Sample } from './outage-bounds.js';

const BIN_S = 0.5;

const WIDTH = 960;
const LEFT = 58;
const RIGHT = WIDTH - 14;
const STATUSES = { top: 112, bottom: 252 };
const LATENCIES = { top: 292, bottom: 442 };
const HEIGHT = LATENCIES.bottom + 44;
/** About, at 12 px. */
const LETTER = 6.4;

/** From the bottom of the stack to its top; colours that the colour-blind can tell apart, on white and on black. */
const SERIES: readonly { name: string; color: string; holds: (sample: Sample) => boolean }[] = [
  { name: '200', color: '#2a9d74', holds: ({ status }) => status === 200 },
  { name: '429 rate_limited', color: '#e6a117', holds: ({ status }) => status === 429 },
  { name: '500 internal_error', color: '#c8371b', holds: ({ status }) => status === 500 },
  { name: '502 stripe_unavailable', color: '#d77ab1', holds: ({ status }) => status === 502 },
  { name: '503 overloaded', color: '#4aa3df', holds: ({ status }) => status === 503 },
  { name: '504 timeout', color: '#7d5bbe', holds: ({ status }) => status === 504 },
  { name: 'hung up', color: '#8c959f', holds: ({ outcome }) => outcome === 'hung up' },
];

const LINES = [
  { name: 'p50', of: 'requests', share: 0.5, class: 'p50' },
  { name: 'p99', of: 'requests', share: 0.99, class: 'p99' },
  { name: 'p99 of another route of the same app', of: 'neighbour', share: 0.99, class: 'near' },
] as const;

const GRID_MS = [1, 10, 100, 1_000, 10_000];

const STYLE = `
text{font:12px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#24292f}
.small{font-size:11px}.end{text-anchor:end}.mid{text-anchor:middle}
.page{fill:#fff}.band{fill:#e6eaef}.grid{stroke:#d0d7de;stroke-width:1}
.p50,.p99,.near{fill:none;stroke-width:1.6}
.p50{stroke:#8c959f}.p99{stroke:#24292f}.near{stroke:#0969da}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.page{fill:#0d1117}.band{fill:#20272f}.grid{stroke:#3d444d}
.p50{stroke:#8b949e}.p99{stroke:#f0f6fc}.near{stroke:#58a6ff}}
`.trim();

type Bins = readonly (readonly Sample[])[];

/** docs/pictures/outages.svg: the statuses of each half second, stacked, and latencies below, with a band for each outage. */
export function timelineOf(result: OutageResult): string {
  const x = (second: number) => LEFT + (second / result.seconds) * (RIGHT - LEFT);
  const requests = binned(result.requests, result.seconds);
  const neighbour = binned(result.neighbour, result.seconds);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title">`,
    '<title id="title">Answers by status and latencies while Stripe, Redis and Postgres fail one after another</title>',
    `<style>${STYLE}</style>`,
    `<rect class="page" width="${WIDTH}" height="${HEIGHT}"/>`,
    ...bands(result, x),
    ...statuses(requests, x),
    ...latencies({ requests, neighbour }, x),
    ...seconds(result.seconds, x),
    ...legend(),
    '</svg>',
    '',
  ].join('\n');
}

type X = (second: number) => number;

function bands({ outages }: OutageResult, x: X): string[] {
  return outages.flatMap(({ name, from, to }) => {
    const [who = '', ...what] = name.split(' ');
    const middle = round((x(from) + x(to)) / 2);
    const height = LATENCIES.bottom - STATUSES.top + 4;
    return [
      `<rect class="band" x="${round(x(from))}" y="${STATUSES.top - 4}" width="${round(x(to) - x(from))}" height="${height}"/>`,
      `<text class="small mid" x="${middle}" y="${STATUSES.top - 24}">${who}</text>`,
      `<text class="small mid" x="${middle}" y="${STATUSES.top - 10}">${what.join(' ')}</text>`,
    ];
  });
}

function statuses(bins: Bins, x: X): string[] {
  const most = Math.max(...bins.map((bin) => bin.length));
  const { top, bottom } = STATUSES;
  const scale = (bottom - top) / most;
  const width = round(x(BIN_S) - x(0));
  const stacked = bins.map(() => bottom);
  const paths = SERIES.map(({ color, holds }) => {
    const bars = bins.map((bin, index) => {
      const height = bin.filter(holds).length * scale;
      if (height === 0) return '';
      const base = stacked[index] ?? bottom;
      stacked[index] = base - height;
      return `M${round(x(index * BIN_S))} ${round(base)}v-${round(height)}h${width}v${round(height)}z`;
    });
    return `<path fill="${color}" d="${bars.join('')}"/>`;
  });
  const perSecond = Math.round(most / BIN_S);
  return [
    ...paths,
    `<text class="small end" x="${LEFT - 6}" y="${top + 8}">${perSecond}/s</text>`,
    `<text class="small end" x="${LEFT - 6}" y="${bottom}">0</text>`,
    `<path class="grid" d="M${LEFT} ${bottom + 0.5}H${RIGHT}"/>`,
  ];
}

function latencies(bins: { requests: Bins; neighbour: Bins }, x: X): string[] {
  const { top, bottom } = LATENCIES;
  const [least = 1, most = 1] = [GRID_MS[0], GRID_MS.at(-1)];
  const y = (ms: number) => {
    const share = Math.log(Math.min(Math.max(ms, least), most) / least) / Math.log(most / least);
    return round(bottom - share * (bottom - top));
  };
  const grid = GRID_MS.flatMap((ms) => [
    `<path class="grid" d="M${LEFT} ${y(ms)}H${RIGHT}"/>`,
    `<text class="small end" x="${LEFT - 6}" y="${y(ms) + 4}">${ms < 1_000 ? `${ms} ms` : `${ms / 1_000} s`}</text>`,
  ]);
  const lines = LINES.map(({ of, share, class: name }) => {
    const points = bins[of].map((bin, index) => {
      const times = bin.filter(({ status }) => status > 0).map(({ ms }) => ms);
      return times.length === 0 ? '' : `${round(x((index + 0.5) * BIN_S))},${y(quantile(times, share))}`;
    });
    return `<polyline class="${name}" points="${points.filter(Boolean).join(' ')}"/>`;
  });
  return [...grid, ...lines];
}

function seconds(last: number, x: X): string[] {
  const marks = Array.from({ length: Math.floor(last / 10) + 1 }, (_, index) => index * 10);
  return marks.map(
    (second) =>
      `<text class="small mid" x="${round(x(second))}" y="${LATENCIES.bottom + 18}">${second === 0 ? '0 s' : second}</text>`,
  );
}

function legend(): string[] {
  return [
    ...row(SERIES, ({ name, color }, at) => {
      const square = `<rect x="${at}" y="14" width="11" height="11" fill="${color}"/>`;
      return `${square}<text x="${round(at + 16)}" y="24">${name}</text>`;
    }),
    ...row(LINES, ({ name, class: line }, at) => {
      return `<path class="${line}" d="M${at} 42h16"/><text x="${round(at + 22)}" y="46">${name}</text>`;
    }),
    `<text class="small" x="${LEFT}" y="${HEIGHT - 8}">Each request counts in the half second in which it was sent. Latencies on a logarithmic scale.</text>`,
  ];
}

function row<Entry extends { name: string }>(
  entries: readonly Entry[],
  draw: (entry: Entry, at: number) => string,
): string[] {
  let at = LEFT;
  return entries.map((entry) => {
    const drawn = draw(entry, round(at));
    at += 42 + entry.name.length * LETTER;
    return drawn;
  });
}

function binned(samples: readonly Sample[], lengthS: number): Bins {
  const bins: Sample[][] = Array.from({ length: Math.ceil(lengthS / BIN_S) }, () => []);
  for (const sample of samples) bins[Math.floor(sample.second / BIN_S)]?.push(sample);
  return bins;
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}
