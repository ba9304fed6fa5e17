import { type ClientRequest, Agent as HttpAgent, type AgentOptions as HttpAgentOptions } from 'node:http';
import { type AgentOptions, Agent as HttpsAgent, type RequestOptions } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext, type SecureContext } from 'node:tls';
import { SpareConnection } from './spare.js';

/** Certificates in PEM. */
export type CertificateAuthorities = string | Buffer | readonly (string | Buffer)[];

export interface AgentSettings {
  /** Where calls go that name no other host of Stripe's. */
  readonly host: string;
  readonly port: number;
  readonly maxSockets: number;
  readonly keepAliveMs: number;
  readonly spareConnection: boolean;
  readonly ca?: CertificateAuthorities | undefined;
}

// @types/node leaves out that an agent hands its options on to tls.connect().
type SecureRequestOptions = RequestOptions & { secureContext: SecureContext };
type Connected = (error: Error | null, socket: Duplex) => void;

// Keeps NAT tables from forgetting an idle connection, and finds the dead ones.
const TCP_KEEP_ALIVE_MS = 15_000;

/** For an emulator over plain http. */
export function plainAgent(settings: AgentSettings): HttpAgent {
  return new HttpAgent(optionsOf(settings));
}

/** For a retry: a connection of its own, closed after its one request. */
export function freshAgent({ ca }: AgentSettings, protocol: string): HttpAgent {
  return protocol === 'https' ? new HttpsAgent(trust(ca)) : new HttpAgent();
}

/** The options of TLS that say whom to trust, for a request and for an agent. */
export function trust(ca: CertificateAuthorities | undefined): AgentOptions {
  // Said here so that NODE_TLS_REJECT_UNAUTHORIZED=0 cannot switch it off for payments.
  const options = { rejectUnauthorized: true };
  if (ca === undefined) return options;
  return { ...options, ca: typeof ca === 'string' || Buffer.isBuffer(ca) ? ca : [...ca] };
}

/**
 * Node's own agent for TLS, with a spare: one connected socket beyond those in use, so that a call on a quiet server waits
 * for no handshake. Nothing in it keeps the process alive.
 */
export class StripeAgent extends HttpsAgent {
  readonly #settings: AgentSettings;
  readonly #spare: SpareConnection;
  #context: SecureContext | undefined;

  constructor(settings: AgentSettings) {
    super({ ...optionsOf(settings), rejectUnauthorized: true });
    const { host, port } = settings;
    const servername = isIP(host) === 0 ? host : '';
    this.#settings = settings;
    this.#spare = new SpareConnection(() => this.#connect({ ...this.options, host, port, servername }));
  }

  override createConnection(options: RequestOptions, connected?: Connected): Duplex | null | undefined {
    if (!this.#hasSpareFor(options)) return this.#connect(options, connected);
    const socket = this.#spare.take() ?? this.#connect(options, connected);
    this.#spare.noteCall();
    return socket;
  }

  override keepSocketAlive(socket: Duplex): boolean {
    // Documented to tell whether it is kept; @types/node says void.
    const isKept: unknown = super.keepSocketAlive(socket);
    if (isKept !== true || socket.readableLength > 0) return false;
    socket.once('data', destroy);
    return true;
  }

  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    socket.off('data', destroy);
    super.reuseSocket(socket, request);
    if (this.#settings.spareConnection) this.#spare.noteCall();
  }

  /** Opens the spare before the first call. Resolves with whether it is connected; never rejects. */
  warmUp(): Promise<boolean> {
    return this.#settings.spareConnection ? this.#spare.warmUp() : Promise.resolve(false);
  }

  /** Whether it was connected before a request asked for it, and so may have been closed by the server already. */
  wasSpare(socket: Duplex): boolean {
    return this.#spare.wasHandedOut(socket);
  }

  /** Closes what nobody uses. */
  closeIdle(): void {
    for (const sockets of Object.values(this.freeSockets)) {
      for (const socket of sockets ?? []) socket.destroy();
    }
    this.#spare.drop();
  }

  override destroy(): void {
    this.#spare.close();
    super.destroy();
  }

  #hasSpareFor({ host, port }: RequestOptions): boolean {
    const settings = this.#settings;
    return settings.spareConnection && host === settings.host && Number(port) === settings.port;
  }

  #connect(options: RequestOptions, connected?: Connected): Duplex | null | undefined {
    // One for all connections: reading the certificate authorities takes longer than connecting.
    this.#context ??= createSecureContext(trust(this.#settings.ca));
    const withContext: SecureRequestOptions = { ...options, secureContext: this.#context };
    return super.createConnection(withContext, connected);
  }
}

function optionsOf({ maxSockets, keepAliveMs }: AgentSettings): HttpAgentOptions {
  return {
    keepAlive: true,
    keepAliveMsecs: TCP_KEEP_ALIVE_MS,
    maxSockets,
    maxFreeSockets: maxSockets,
    // The newest first, so that those not needed grow old and are closed.
    scheduling: 'lifo',
    // How long a connection may be idle; Node closes it a second before the end that the server announces.
    timeout: keepAliveMs,
  };
}

// Nobody asked an idle connection anything: bytes that come on it would be taken for the next answer.
function destroy(this: Duplex): void {
  this.destroy();
}
