import { BlockList, isIPv6 } from 'node:net';
import type { Request } from 'express';

type Facts = Pick<Request, 'headers' | 'socket'>;

const NAME = String.raw`(?:(?:[a-z0-9-]+\.)*localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d{1,5})?`;
const LOCAL_HOST = new RegExp(`^${NAME}$`, 'i');
const LOCAL_ORIGIN = new RegExp(`^https?://${NAME}$`);

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

// A container sees its host by the address of a bridge (RFC 1918, RFC 4193).
const privateRanges = new BlockList();
privateRanges.addSubnet('10.0.0.0', 8);
privateRanges.addSubnet('172.16.0.0', 12);
privateRanges.addSubnet('192.168.0.0', 16);
privateRanges.addSubnet('fc00::', 7, 'ipv6');

/** Whether it is an origin on this machine, as a browser writes it: `http://localhost:5173`. */
export function isLocalOrigin(origin: string): boolean {
  return LOCAL_ORIGIN.test(origin);
}

/**
 * Why a request over plain HTTP cannot be taken for one of this machine: the reason's word, or `undefined` where all
 * conditions of `dangerouslyAllowHttpOnLocalhost` hold.
 */
export function whyNotLocal({ headers, socket }: Facts): string | undefined {
  if (!LOCAL_HOST.test(String(headers.host))) return 'local_host';
  if (headers.origin !== undefined && !isLocalOrigin(headers.origin)) return 'local_origin';
  // A Unix socket has none.
  const address = String(socket.remoteAddress);
  if (isIn(loopback, address)) return undefined;
  if (!isIn(privateRanges, address)) return 'local_socket';
  return isForwarded(headers) ? 'local_forwarded' : undefined;
}

function isIn(list: BlockList, address: string): boolean {
  // The list also knows an IPv4 address on a socket that takes both kinds, `::ffff:127.0.0.1`; what is no address is not in it.
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

function isForwarded(headers: Request['headers']): boolean {
  return Object.keys(headers).some((name) => name === 'forwarded' || name.startsWith('x-forwarded-'));
}
