/** What a source that holds something has to hear. */
export interface PageListener {
  /** Every now and then, and when the page can be seen again or has its connection back. */
  readonly look: (isAwake?: boolean) => void;
  /** The page was in the back-forward cache, where it heard of nothing. */
  readonly restart: () => void;
  /** The user signed out in another tab, or by another source of this one. */
  readonly signOut: () => void;
}

const CHANNEL = 'express-stripe-customer-session';
// One timer for half an hour would not count the hours that a laptop sleeps: look at the clock now and then.
const TICK_MS = 15_000;
const EVENTS = ['visibilitychange', 'online', 'pagehide', 'pageshow'];

/** React Native, workers and servers have no page, and no other tabs. */
export const isPage = typeof document !== 'undefined';
const users = new Map<string, string>();

/** Listens until the function that comes back is called. */
export function listenToPage(url: string, { look, restart, signOut }: PageListener): () => void {
  const timer = setInterval(look, TICK_MS);
  const channel = openChannel();
  // What another tab says is acted on and never sent on.
  channel?.addEventListener('message', ({ data }) => {
    if (data === url) signOut();
  });

  function handle({ type, persisted }: Event & { persisted?: boolean }): void {
    // An open channel keeps some browsers from taking the page into the back-forward cache.
    if (type === 'pagehide') channel?.close();
    else if (persisted) restart();
    else if (type !== 'pageshow' && document.visibilityState === 'visible') look(true);
  }

  if (isPage) for (const type of EVENTS) addEventListener(type, handle);
  return () => {
    clearInterval(timer);
    channel?.close();
    if (isPage) for (const type of EVENTS) removeEventListener(type, handle);
  };
}

/** Tells the sources of that address in all tabs. The message has nothing in it but the address. */
export function tellSignOut(url: string): void {
  const channel = openChannel();
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- that is a window's; a channel has one origin
  channel?.postMessage(url);
  channel?.close();
}

/** Who is signed in, by the page's own word. Another name than the last one is a sign-out. */
export function tellUser(url: string, user: string): void {
  if (!isPage) return;
  if (users.has(url) && users.get(url) !== user) tellSignOut(url);
  users.set(url, user);
}

function openChannel(): BroadcastChannel | undefined {
  return isPage && typeof BroadcastChannel !== 'undefined' ? new BroadcastChannel(CHANNEL) : undefined;
}
