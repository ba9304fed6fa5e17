import { mkdtempSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, requireBinary, type ServerProcess, startServer } from './processes.js';

export interface NginxOptions {
  /** What nginx's `server` directive takes: `unix:/path/to.sock` or `127.0.0.1:8080`. */
  upstreams: readonly string[];
  tls: { key: string; cert: string };
  port?: number;
  /** More directives of the `http` block. */
  http?: string;
  /** More directives of the `location`. */
  location?: string;
}

/** nginx on loopback: ends TLS and shares the requests out. */
export async function startNginx(options: NginxOptions): Promise<ServerProcess> {
  const command = requireBinary('nginx');
  const directory = mkdtempSync(join(tmpdir(), 'escs-nginx-'));
  const port = options.port ?? (await freePort());
  writeFileSync(join(directory, 'key.pem'), options.tls.key, { mode: 0o600 });
  writeFileSync(join(directory, 'cert.pem'), options.tls.cert);
  writeFileSync(join(directory, 'nginx.conf'), nginxConf(directory, port, options));
  return startServer({
    command,
    args: ['-p', directory, '-c', join(directory, 'nginx.conf'), '-e', 'stderr'],
    port,
    directory,
    url: `https://localhost:${port}`,
    // Requests under way are finished; SIGTERM would cut them off.
    stopSignal: 'SIGQUIT',
    isReady: () => answers(port),
  });
}

/**
 * What matters for the router is in `location`: the browser's own `Host`, and `X-Forwarded-*` overwritten, never
 * passed on, so that nobody outside can speak for the proxy. No connection is kept open to the upstreams (nginx's
 * default): a server that stops never meets a request on a connection that it just closed. With `max_fails=0`
 * nginx tries a server again at once; one that refuses the connection has seen nothing, so the next one is asked,
 * also for a POST.
 */
function nginxConf(directory: string, port: number, options: NginxOptions): string {
  const upstreams = options.upstreams.map((upstream) => `server ${upstream} max_fails=0;`);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
daemon off;
${process.getuid?.() === 0 ? 'user root;  # the owner of the sockets' : ''}
pid ${directory}/nginx.pid;
worker_processes 1;
events { worker_connections 2048; }
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${directory}/${name};`).join('\n  ')}
  ${options.http ?? ''}
  upstream application {
    ${upstreams.join('\n    ')}
  }
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${directory}/cert.pem;
    ssl_certificate_key ${directory}/key.pem;
    ssl_session_cache shared:tls:1m;
    location / {
      proxy_pass http://application;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
      # Longer than the router's deadline: its 504 says more than nginx's.
      proxy_read_timeout 15s;
      ${options.location ?? ''}
    }
  }
}
`;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    // Any answer will do, from whatever stands behind it.
    const req = request({ port, host: '127.0.0.1', rejectUnauthorized: false }, (res) => {
      res.resume();
      resolve(true);
    });
    req.on('error', () => resolve(false)).end();
  });
}
