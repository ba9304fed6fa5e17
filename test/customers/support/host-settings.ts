/** What a host in a process of its own is told. */
export interface HostProcessSettings {
  /** `postgres://…` or `redis://…`. */
  storeUrl: string;
  stripe: { key: string; host: string; port: number; protocol: 'http' };
  recreate?: boolean;
  scope?: string;
  deadlineMs?: number;
  /** What every profile says: it changes between releases. */
  release?: number;
  /** The process kills itself there, as a power cut would, when it comes by for the nth time. */
  crash?: { step: CrashStep; pass: number };
}

/** The steps of a first request. Those of `renew` come where a profile has changed. */
export const CRASH_STEPS = [
  'before begin',
  'after begin',
  'while Stripe creates',
  'after create',
  'after claim',
  'before renew',
  'after renew',
] as const;
export type CrashStep = (typeof CRASH_STEPS)[number];

export const REDIS_PREFIX = 'shop:';
