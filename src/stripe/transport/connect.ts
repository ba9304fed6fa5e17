import { isIP, type Socket, connect as tcpConnect } from 'node:net';
import { createSecureContext, type SecureContext, connect as tlsConnect } from 'node:tls';

export interface Origin {
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
}

export type CertificateAuthorities = string | Buffer | readonly (string | Buffer)[];

// Keeps NAT tables from forgetting an idle connection, and finds the dead ones.
const TCP_KEEP_ALIVE_MS = 15_000;

/** Opens connections to one origin, and remembers its TLS session, which saves the next handshake its costly half. */
export class Connector {
  readonly connectedEvent: 'secureConnect' | 'connect';
  readonly #origin: Origin;
  readonly #secureContext: () => SecureContext;
  #session: Buffer | undefined;

  constructor(origin: Origin, context: () => SecureContext) {
    this.#origin = origin;
    this.#secureContext = context;
    this.connectedEvent = origin.protocol === 'https' ? 'secureConnect' : 'connect';
  }

  connect(): Socket {
    const { host, port, protocol } = this.#origin;
    const common = { host, port, keepAlive: true, keepAliveInitialDelay: TCP_KEEP_ALIVE_MS };
    if (protocol !== 'https') return tcpConnect({ ...common, noDelay: true });
    const socket = tlsConnect({
      ...common,
      secureContext: this.#secureContext(),
      // Said here so that NODE_TLS_REJECT_UNAUTHORIZED=0 cannot switch it off for payments.
      rejectUnauthorized: true,
      ALPNProtocols: ['http/1.1'],
      // An address is no server name (RFC 6066 section 3).
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(this.#session ? { session: this.#session } : {}),
    });
    socket.on('session', (session: Buffer) => {
      this.#session = session;
    });
    return socket.setNoDelay(true);
  }

  /** After a failed handshake: the session may be what failed. */
  forgetSession(): void {
    this.#session = undefined;
  }
}

/** The TLS context for connections. @throws when `ca` holds no certificate */
export function secureContext(ca: CertificateAuthorities | undefined): SecureContext {
  if (ca === undefined) return createSecureContext();
  return createSecureContext({ ca: typeof ca === 'string' || Buffer.isBuffer(ca) ? ca : [...ca] });
}
